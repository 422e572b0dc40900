// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
	"libvirt.org/go/libvirtxml"
)

// dumpXML is a guest's XML as text, its mark inside; flags are of virsh dumpxml.
func (p *project) dumpXML(t *testing.T, guest string, flags ...string) string {
	t.Helper()
	return virsh(t, append([]string{"dumpxml", p.domain(guest)}, flags...)...)
}

// domainXML is a guest's XML as values.
func (p *project) domainXML(t *testing.T, guest string, flags ...string) libvirtxml.Domain {
	t.Helper()
	var d libvirtxml.Domain
	assert.NilError(t, d.Unmarshal(p.dumpXML(t, guest, flags...)))
	return d
}

// networkXML is one of the project's own networks.
func (p *project) networkXML(t *testing.T, name string) libvirtxml.Network {
	t.Helper()
	var n libvirtxml.Network
	assert.NilError(t, n.Unmarshal(virsh(t, "net-dumpxml", p.network(name))))
	return n
}

// diskPath is the file of the disk that the guest's definition calls dev
// (`vda` is the root overlay).
func (p *project) diskPath(t *testing.T, guest, dev string) string {
	t.Helper()
	d := p.domainXML(t, guest, "--inactive")
	for _, disk := range d.Devices.Disks {
		if disk.Target.Dev == dev {
			return disk.Source.File.File
		}
	}
	t.Fatalf("domain %s has no disk %s", p.domain(guest), dev)
	return ""
}

// state is libvirt's word for what a guest does.
func (p *project) state(t *testing.T, guest string) string {
	t.Helper()
	return strings.TrimSpace(virsh(t, "domstate", p.domain(guest)))
}

// pid is the process of a running guest.
func (p *project) pid(t *testing.T, guest string) string {
	t.Helper()
	return strings.TrimSpace(readFile(t, filepath.Join("/run/libvirt/qemu", p.domain(guest)+".pid")))
}

// address is the IPv4 address that the project's default network reserves for a guest.
func (p *project) address(t *testing.T, guest string) string {
	t.Helper()
	for _, ip := range p.networkXML(t, "default").IPs {
		for _, host := range ip.DHCP.Hosts {
			if host.Name == guest {
				return host.IP
			}
		}
	}
	t.Fatalf("network %s has no reservation for %s", p.network("default"), guest)
	return ""
}

// backing is the file that an image's header names as its base.
func backing(t *testing.T, image string) string {
	t.Helper()
	out := icmd.RunCommand("qemu-img", "info", "-U", "--output=json", image).Assert(t, icmd.Success).Stdout()
	var info struct {
		Backing string `json:"backing-filename"`
	}
	assert.NilError(t, json.Unmarshal([]byte(out), &info))
	return info.Backing
}

// overlays are a guest's root volumes in the project's pool, oldest first.
func (p *project) overlays(t *testing.T, guest string) []string {
	t.Helper()
	files, err := filepath.Glob(p.path("pool", p.domain(guest)+".root.*"))
	assert.NilError(t, err)
	return files
}

// roots are the store paths that the project's GC roots hold.
func (p *project) roots(t *testing.T) map[string]bool {
	t.Helper()
	held := map[string]bool{}
	links, err := filepath.Glob(p.path("state/vmprov/gcroots", p.Name, "*"))
	assert.NilError(t, err)
	for _, link := range links {
		target, err := os.Readlink(link)
		assert.NilError(t, err)
		held[target] = true
	}
	return held
}

// storePath is the part of a path that nix owns: /nix/store/NAME.
func storePath(path string) string {
	parts := strings.SplitN(path, "/", 5)
	return strings.Join(parts[:min(len(parts), 4)], "/")
}
