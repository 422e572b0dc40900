// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
	"libvirt.org/go/libvirtxml"
)

// forms has NVMe in each form, beside a virtio disk and both kinds of share.
const forms = `guests:
  a:
    memory: MEMORY
    disks:
      - {name: small, bus: nvme, controller: pool, size: 64MiB}
      - {name: big, bus: nvme, controller: pool, size: 128MiB, logicalBlockSize: 4096}
      - {name: single, bus: nvme, size: 32MiB, serial: LAB-0001, filesystem: {type: ext4}, target: /mnt/single}
      - {name: data, bus: virtio, size: 96MiB, serial: data-serial}
    shares:
      - {tag: out, source: ./share, target: /mnt/out}
      - {tag: in, source: ./in, target: /mnt/in, readOnly: true}
`

func formsWith(memory string) string { return strings.Replace(forms, "MEMORY", memory, 1) }

// TestNVMe: a guest cannot tell how its libvirt does NVMe. The same is seen in
// it with <qemu:override> and with a native bus (make test-sid).
func TestNVMe(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, formsWith("256MiB"))
	assert.NilError(t, os.Mkdir(p.path("in"), 0o755))
	writeFile(t, p.path("in", "word"), "from the host\n")
	native := p.hasNativeNVMe(t)
	t.Logf("the nvme bus is native: %t\n%s", native, virsh(t, "version"))

	t.Run("form", func(t *testing.T) { p.rendersNVMe(t, native) })
	p.must(t, "up")
	t.Run("inside", func(t *testing.T) { p.seesNVMe(t) })
	t.Run("shares", func(t *testing.T) { p.sharesBothWays(t, native) })
	t.Run("messages", func(t *testing.T) { p.isNotDeprecated(t, native) })
	t.Run("again", func(t *testing.T) { p.changesNothingOf(t, "a") })
	t.Run("memory", func(t *testing.T) { p.leavesMemoryPending(t) })

	p.ssh(t, "a", "echo kept >/mnt/single/word && echo lost >/root/word && sync")
	p.must(t, "recycle")
	t.Run("recycled", func(t *testing.T) {
		assert.Check(t, cmp.Equal(p.ssh(t, "a", "cat /mnt/single/word; ls /root"), "kept"))
		p.seesNVMe(t)
		p.changesNothingOf(t, "a")
	})
}

// hasNativeNVMe is what doctor says, and it must be what libvirt says.
func (p *project) hasNativeNVMe(t *testing.T) bool {
	t.Helper()
	var checks []struct{ Name, Level, Detail string }
	out := icmd.RunCmd(p.command("--json", "doctor")).Stdout() // it may fail for want of something else
	assert.NilError(t, json.Unmarshal([]byte(out), &checks), out)
	said := ""
	for _, c := range checks {
		t.Logf("doctor: %s %s: %s", c.Level, c.Name, c.Detail)
		if c.Name == "nvme" {
			said = c.Level + ": " + c.Detail
		}
	}
	native := strings.Contains(virsh(t, "domcapabilities", "--machine", "q35"), "<value>nvme</value>")
	want := "ok: by <qemu:override>, as this libvirt has no nvme bus"
	if native {
		want = "ok: libvirt has the nvme bus"
	}
	assert.Check(t, native || os.Getenv("VMPROV_SID") == "", "the libvirt of sid has lost its nvme bus")
	assert.Equal(t, said, want)
	return native
}

// rendersNVMe looks at what `vmprov xml` would define, and holds it to libvirt's schema.
func (p *project) rendersNVMe(t *testing.T, native bool) {
	text := p.must(t, "xml", "a")
	writeFile(t, p.path("a.xml"), text)
	icmd.RunCommand("virt-xml-validate", p.path("a.xml"), "domain").Assert(t, icmd.Success)
	var d libvirtxml.Domain
	assert.NilError(t, d.Unmarshal(text))
	serials, targets := []string{}, []string{}
	for _, c := range d.Devices.Controllers {
		if c.NVME != nil {
			serials = append(serials, c.NVME.Serial)
		}
	}
	for _, disk := range d.Devices.Disks {
		targets = append(targets, disk.Target.Bus+" "+disk.Target.Dev)
	}
	if !native {
		assert.Check(t, cmp.Len(serials, 0))
		assert.Check(t, d.QEMUOverride != nil)
		assert.Check(t, cmp.DeepEqual(targets, []string{"virtio vda", "virtio vdb", "virtio vdc", "virtio vdd", "virtio vde"}))
		return
	}
	assert.Check(t, cmp.DeepEqual(serials, []string{"pool", "LAB-0001"}))
	assert.Check(t, d.QEMUOverride == nil, "the native form needs no override")
	assert.Check(t, cmp.DeepEqual(targets, []string{"virtio vda", "virtio vdb", "nvme nvme0n1", "nvme nvme0n2", "nvme nvme1n1"}))
}

// seesNVMe asks the guest. Controllers are numbered as they are found, so only
// serial and namespace id lead to a disk.
func (p *project) seesNVMe(t *testing.T) {
	t.Helper()
	const attributes = `for n in /sys/block/nvme*n*; do
		echo $(xargs <$n/device/serial) $(cat $n/nsid $n/queue/logical_block_size $n/queue/physical_block_size $n/size)
	done | sort`
	for _, tc := range []struct{ what, command, want string }{
		{"namespaces", attributes, "LAB-0001 1 512 512 65536\npool 1 512 512 131072\npool 2 4096 4096 262144"},
		{"links", "ls /dev/disk/by-id | grep ^nvme-QEMU", strings.Join([]string{
			"nvme-QEMU_NVMe_Ctrl_LAB-0001", "nvme-QEMU_NVMe_Ctrl_LAB-0001_1",
			"nvme-QEMU_NVMe_Ctrl_pool", "nvme-QEMU_NVMe_Ctrl_pool_1", "nvme-QEMU_NVMe_Ctrl_pool_2",
		}, "\n")},
		{"mount", "test $(readlink -f $(findmnt -no SOURCE /mnt/single)) = $(readlink -f /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_LAB-0001_1) && echo same", "same"},
		{"virtio", "cat /sys/block/vdb/serial", "data-serial"},
	} {
		assert.Check(t, cmp.Equal(p.ssh(t, "a", tc.command), tc.want), tc.what)
	}
}

// sharesBothWays: the read-only share refuses a guest that mounts it for
// writing only where libvirt has virtiofsd refuse it.
func (p *project) sharesBothWays(t *testing.T, refused bool) {
	assert.Check(t, cmp.Equal(p.ssh(t, "a", "cat /mnt/in/word"), "from the host"))
	p.ssh(t, "a", "echo from the guest >/mnt/out/word")
	assert.Check(t, cmp.Equal(readFile(t, p.path("share", "word")), "from the guest\n"))
	const write = "touch /mnt/in/new 2>&1 && echo written; true"
	assert.Check(t, cmp.Contains(p.ssh(t, "a", write), "Read-only file system"))
	p.ssh(t, "a", "mount -o remount,rw /mnt/in")
	if refused {
		assert.Check(t, cmp.Contains(p.ssh(t, "a", write), "Read-only file system"), "the host lets the guest write")
		assert.Check(t, !exists(p.path("in", "new")))
	} else {
		assert.Check(t, cmp.Equal(p.ssh(t, "a", write), "written"), "this libvirt refuses it after all")
	}
}

// isNotDeprecated looks at what libvirt and QEMU remark on a running guest.
func (p *project) isNotDeprecated(t *testing.T, native bool) {
	messages := virsh(t, "dominfo", p.domain("a"))
	assert.Check(t, !strings.Contains(messages, "deprecated"), messages)
	assert.Check(t, cmp.Equal(strings.Contains(messages, "tainted"), !native), messages)
	log := readFile(t, "/var/log/libvirt/qemu/"+p.domain("a")+".log")
	for line := range strings.Lines(log) {
		assert.Check(t, !strings.Contains(line, "warning:") && !strings.Contains(line, "deprecated"), line)
	}
}

// changesNothingOf runs a second up.
func (p *project) changesNothingOf(t *testing.T, guest string) {
	t.Helper()
	before := p.footprint(t, guest)
	assert.Check(t, cmp.Equal(p.must(t, "up"), p.Name+": no changes, 1 guest\n"))
	assert.Check(t, cmp.Equal(p.must(t, "plan"), guest+": unchanged\n"))
	assert.Check(t, cmp.DeepEqual(p.footprint(t, guest), before))
}

// leavesMemoryPending: the running guest is not interrupted.
func (p *project) leavesMemoryPending(t *testing.T) {
	pid := p.pid(t, "a")
	p.configure(t, formsWith("320MiB"))
	assert.Check(t, cmp.Contains(p.must(t, "plan"), "memory: 256MiB -> 320MiB (next boot)"))
	p.must(t, "up")
	assert.Check(t, cmp.Contains(p.must(t, "plan"), "pending until its next boot: memory"))
	assert.Check(t, cmp.Equal(p.pid(t, "a"), pid))
}
