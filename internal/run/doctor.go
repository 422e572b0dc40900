// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"slices"

	"libvirt.org/go/libvirt"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/virt"
	"vmprov/storage"
)

// Check is one thing that doctor looked at.
type Check struct {
	Name string `json:"name"`
	// Level is ok, warning or error.
	Level  string `json:"level"`
	Detail string `json:"detail"`
	// Hint is what to do about it; empty when Level is ok.
	Hint string `json:"hint,omitempty"`
}

func ok(name, detail string) Check            { return Check{name, "ok", detail, ""} }
func warning(name, detail, hint string) Check { return Check{name, "warning", detail, hint} }
func failure(name, detail, hint string) Check { return Check{name, "error", detail, hint} }

// Doctor looks at everything that vmprov needs on the host, and with a
// configuration also at what its guests need. A missing configuration is fine
// when none was named.
func Doctor(ctx context.Context, env Env, s Selection) ([]Check, error) {
	p, err := openProject(env, s.Config)
	if errors.Is(err, fs.ErrNotExist) && s.Config == "" {
		p, err = openNamed(env, "doctor")
	}
	if err != nil {
		return nil, err
	}
	checks := []Check{checkNix(ctx), checkSSH()}
	if err := p.connect(ctx); err != nil {
		return append([]Check{failure("libvirtd", virt.Text(err), libvirtdHint(p.file.Connection))}, checks...), nil
	}
	defer p.close()
	selected, err := p.file.Select(s.Guests)
	if err != nil {
		return nil, err
	}
	checks = append([]Check{p.checkLibvirtd(), p.checkKVM(), p.checkNVMe(ctx), p.checkVirtiofs(), p.checkPool(ctx)}, checks...)
	// A guest of nothing but defaults stands for what the host offers.
	if err := p.readDevices(ctx, append(slices.Clone(selected), config.Guest{})); err != nil {
		return append(checks, failure("host", virt.Text(err), "")), nil
	}
	checks = append(checks, p.offers()...)
	return append(checks, p.checkGuests(ctx, selected)...), nil
}

func libvirtdHint(uri string) string {
	if os.Geteuid() != 0 && uri == "qemu:///system" {
		return "start it (systemctl start libvirtd); an ordinary user also has to be in the group libvirt"
	}
	return "install it (apt install libvirt-daemon-system) and start it (systemctl start libvirtd)"
}

func (p *project) checkLibvirtd() Check {
	h := p.host
	detail := fmt.Sprintf("%s: libvirt %s, QEMU %s", h.URI, versionText(h.LibVersion), versionText(h.QEMUVersion))
	if h.LibVersion < 8002000 {
		return warning("libvirtd", detail, "install libvirt 8.2 or later; vmprov is tried on 9.0 and later")
	}
	return ok("libvirtd", detail)
}

// versionText is libvirt's number of a version as people write it.
func versionText(v uint32) string {
	return fmt.Sprintf("%d.%d.%d", v/1000000, v/1000%1000, v%1000)
}

func (p *project) checkKVM() Check {
	if p.host.KVM {
		return ok("kvm", "guests run on the host's CPU")
	}
	return warning("kvm", p.host.NoKVM+": guests run by emulation (tcg), which is slow",
		"enable virtualisation in the firmware, or nested virtualisation on the machine that this one runs on")
}

func (p *project) checkNVMe(ctx context.Context) Check {
	if p.host.NativeNVMe {
		return ok("nvme", "libvirt has the nvme bus")
	}
	if !p.host.HasOverride() {
		return warning("nvme", "this libvirt has neither the nvme bus (11.5) nor <qemu:override> (8.2)", "guests with NVMe disks cannot be made on this host")
	}
	if err := p.host.ReadProperties(ctx, "nvme", "nvme-ns"); err != nil {
		return failure("nvme", err.Error(), "install QEMU (apt install qemu-system-x86)")
	}
	if p.host.Properties.LacksDevice("nvme") || p.host.Properties.LacksDevice("nvme-ns") {
		return warning("nvme", p.host.Emulator+" has no nvme device", "guests with NVMe disks cannot be made on this host; use another QEMU, or `bus: virtio`")
	}
	return ok("nvme", "by <qemu:override>, as this libvirt has no nvme bus")
}

func (p *project) checkVirtiofs() Check {
	switch {
	case !p.host.VirtioFS:
		return warning("virtiofs", "this libvirt offers no virtiofs", "guests with shares cannot be made on this host")
	case !p.host.Local:
		return ok("virtiofs", "offered")
	}
	if binary := virt.Virtiofsd(); binary != "" {
		return ok("virtiofs", binary)
	}
	return warning("virtiofs", "no virtiofsd found", "install it (apt install virtiofsd, or qemu-system-common on Debian 12)")
}

func (p *project) checkPool(ctx context.Context) Check {
	name, folder := p.desired(nil).PoolWanted()
	var pool storage.Pool
	err := p.client.Do(ctx, func(conn *libvirt.Connect) (err error) {
		pool, err = storage.Find(ctx, conn, name, folder)
		return err
	})
	switch {
	case err != nil:
		return failure("pool", virt.Text(err), "look at it with virsh pool-info")
	case pool.Exists() && !pool.Active && pool.UUID != config.PoolUUID(pool.Path):
		return failure("pool", fmt.Sprintf("pool `%s` is not active", pool.Name), "start it: virsh pool-start "+pool.Name)
	case pool.Exists():
		return ok("pool", fmt.Sprintf("%s in %s, %s free", pool.Name, pool.Path, config.Size(pool.Available).Rounded()))
	case folder == "":
		return failure("pool", fmt.Sprintf("pool `%s` does not exist", name), "define it, or leave `pool` out for one of vmprov's own")
	default:
		return ok("pool", "made in "+folder+" when it is needed")
	}
}

func checkNix(ctx context.Context) Check {
	version, remark, err := image.Check(ctx)
	switch {
	case errors.Is(err, image.ErrNoNix):
		return warning("nix", err.Error(), "install it (apt install nix-bin); a ready image (`file:`) needs none")
	case err != nil:
		return failure("nix", err.Error(), "install nix 2.18 or later")
	case remark != "":
		return warning("nix", remark, "install nix 2.18 or later (Debian 13 has it) for images made of NixOS")
	}
	return ok("nix", version)
}

func checkSSH() Check {
	path, err := exec.LookPath("ssh")
	if err != nil {
		return warning("ssh", "no ssh client found", "install it (apt install openssh-client) for `vmprov ssh`")
	}
	return ok("ssh", path)
}

// checkGuests looks at what the guests of the configuration need. Images are
// not built for it: those that were built last are looked at.
func (p *project) checkGuests(ctx context.Context, guests []config.Guest) []Check {
	images, err := p.images(ctx, guests, false)
	p.closures = newClosures(p, false)
	p.boots, p.bootless = p.findBoots(ctx, guests)
	if ctx.Err() != nil {
		return []Check{failure("images", err.Error(), "")}
	}
	var out []Check
	for _, name := range slices.Sorted(maps.Keys(p.unbuilt)) {
		out = append(out, failure("image "+name, virt.Text(p.unbuilt[name]), "mend `images` in the file, or make the image"))
	}
	unfit := p.preflight(ctx, guests, images)
	for _, g := range guests {
		if err := unfit[g.Name]; err != nil {
			out = append(out, failure("guest "+g.Name, err.Error(), "`vmprov up` would leave this guest out"))
		}
	}
	if len(guests) > 0 && len(out) == 0 {
		out = append(out, ok("guests", fmt.Sprintf("the host has what %d guests need", len(guests))))
	}
	return out
}
