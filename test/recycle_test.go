// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
)

// TestRecycle renews the root disk of a guest and nothing else.
func TestRecycle(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, `guests:
  a:
    disks:
      - {name: data, bus: nvme, size: 64MiB, filesystem: {type: ext4}, target: /mnt/data}
`)
	p.must(t, "up")
	before := identityOf(t, p, "a")
	root := p.diskPath(t, "a", "vda")
	hostKey := p.ssh(t, "a", "dropbearkey -y -f /etc/dropbear/host_key")
	p.ssh(t, "a", "echo root >/root/note && echo data >/mnt/data/note && sync")

	p.must(t, "recycle")

	assert.Check(t, cmp.Equal(p.ssh(t, "a", "ls /root/note 2>/dev/null || echo gone"), "gone"), "the root disk is not new")
	assert.Check(t, p.ssh(t, "a", "dropbearkey -y -f /etc/dropbear/host_key") != hostKey, "the host key is not new")
	assert.Check(t, cmp.Equal(p.ssh(t, "a", "cat /mnt/data/note"), "data"), "the data disk was lost")
	assert.Check(t, cmp.Equal(identityOf(t, p, "a"), before))
	assert.Check(t, p.diskPath(t, "a", "vda") != root)
	assert.Check(t, !exists(root), "the old overlay %s is left", root)
	assert.Check(t, cmp.Equal(p.must(t, "plan"), "a: unchanged\n"))
}

// identity is what a guest keeps for as long as it is declared.
type identity struct{ UUID, MAC, Reserved, Seen string }

func identityOf(t *testing.T, p *project, guest string) identity {
	t.Helper()
	d := p.domainXML(t, guest)
	return identity{
		UUID: d.UUID, MAC: d.Devices.Interfaces[0].MAC.Address, Reserved: p.address(t, guest),
		Seen: p.ssh(t, guest, "ip -4 -o address show dev eth0 | awk '{ print $4 }'"),
	}
}
