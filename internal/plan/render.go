// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"vmprov/domain"
	"vmprov/internal/config"
	"vmprov/internal/guest"
	"vmprov/storage"
)

// rendering is what one guest's XML is made of besides its spec: what was
// resolved against the observed.
type rendering struct {
	desired Desired
	spec    config.Guest
	mark    Mark
	pool    storage.Pool
}

// xml is the guest's domain XML, its mark inside.
func (r rendering) xml() (string, error) {
	strings, err := guest.OEMStrings(r.credentials())
	if err != nil {
		return "", err
	}
	compute, err := r.compute()
	if err != nil {
		return "", err
	}
	board := r.board()
	name := config.DomainName(r.desired.Project, r.spec.Name)
	kernel, initrd, cmdline := r.directBoot(name, board.arch)
	return domain.XML(domain.Spec{
		Name:     name,
		UUID:     config.DomainUUID(r.desired.Project, r.spec.Name),
		Metadata: r.mark.Encode(),
		Type:     board.domainType,
		Arch:     board.arch, Machine: board.machine, Emulator: board.emulator,
		CPUs: r.spec.CPUs, Memory: uint64(r.spec.Memory),
		Root:        r.root(name),
		Disks:       r.disks(name),
		IOThreads:   r.spec.IOThreads,
		NICs:        r.nics(),
		Filesystems: append(r.bootViews(), r.filesystems()...),
		HostDevices: r.hostDevices(),
		NVMe:        r.nvme(name),
		Compute:     compute,
		Platform:    r.platform(),
		Escape:      r.escape(),
		Kernel:      kernel, Initrd: initrd, Cmdline: cmdline,
		OEMStrings:         strings,
		FWCfg:              r.fwCfg(name),
		ConsoleLog:         r.pool.Volume(r.mark.ConsoleVolume(name)),
		NativeNVMe:         r.desired.Host.NativeNVMe,
		ReadOnlyFilesystem: r.desired.Host.ReadOnlyVirtioFS,
	})
}

// root is the overlay of the guest's image; a guest without an image has none.
func (r rendering) root(domainName string) domain.RootDisk {
	if r.spec.Imageless != nil {
		return domain.RootDisk{}
	}
	return domain.RootDisk{
		Path: r.pool.Volume(config.RootVolumeName(domainName, r.mark.Generation)),
		Base: r.mark.Base.Path, BaseFormat: r.mark.Base.Format,
	}
}

// credentials are what the guest takes in at boot.
func (r rendering) credentials() guest.Credentials {
	c := guest.Credentials{HostName: r.spec.Name, User: r.desired.SSH.User, AuthorizedKeys: r.mark.Keys}
	for _, s := range r.spec.Shares {
		if s.Target != "" {
			c.Mounts = append(c.Mounts, guest.Mount{Device: s.Tag, Target: s.Target, Type: "virtiofs", ReadOnly: s.ReadOnly})
		}
	}
	for _, d := range r.spec.Disks {
		if d.Target == "" || d.Filesystem == nil {
			continue
		}
		c.Mounts = append(c.Mounts, guest.Mount{
			Device: diskDevice(r.spec, d), Target: d.Target, Type: d.Filesystem.Type, ReadOnly: d.ReadOnly,
			Makefs: !d.ReadOnly, MkfsArgs: d.Filesystem.MkfsArgs,
		})
	}
	return c
}

// mountPoints are where a guest's shares and disks are mounted.
func mountPoints(g config.Guest) []string {
	var out []string
	for _, s := range g.Shares {
		if s.Target != "" {
			out = append(out, s.Target)
		}
	}
	for _, d := range g.Disks {
		if d.Target != "" && d.Filesystem != nil {
			out = append(out, d.Target)
		}
	}
	return out
}

// Render is the domain XML of guests as up would define them now.
func Render(d Desired, o Observed, guests []config.Guest) (map[string]string, error) {
	d.Birth = "" // a guest that is not there has none yet
	b := newBuilder(d, o)
	b.resolvePool(true)
	b.resolveNetworks(guests)
	out := map[string]string{}
	for _, spec := range guests {
		s := b.sequence(spec)
		base, _ := d.base(spec)
		m := s.newMark(base)
		if s.have != nil {
			m = s.owning(s.have.Mark, spec)
			m.Applied = encodeSpec(spec)
		}
		text, err := rendering{desired: d, spec: spec, mark: m, pool: s.pool}.xml()
		if err != nil {
			return nil, err
		}
		out[spec.Name] = text
	}
	return out, nil
}
