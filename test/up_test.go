// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
)

// devices are two guests with one of each: two namespaces of one NVMe
// controller, a virtio disk and a share.
const devices = `guests:
  fs:
    count: 2
    memory: {{.}}
    disks:
      - {name: small, bus: nvme, controller: ctl, size: 64MiB}
      - {name: big, bus: nvme, controller: ctl, size: 128MiB, logicalBlockSize: 4096}
      - {name: data, bus: virtio, size: 96MiB, serial: data-serial, filesystem: {type: ext4}, target: /mnt/data}
    shares:
      - {tag: share, source: ./share, target: /mnt/share}
`

func devicesWith(memory string) string { return strings.ReplaceAll(devices, "{{.}}", memory) }

// TestUp brings two guests of one image up, then changes nothing, then their memory.
func TestUp(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, devicesWith("256MiB"))
	base := builtImage(t, p)
	before := statOf(t, base)
	p.must(t, "up")

	t.Run("devices", func(t *testing.T) { seesItsDevices(t, p) })
	t.Run("share", func(t *testing.T) { sharesWithTheHost(t, p) })
	t.Run("image", func(t *testing.T) {
		for _, guest := range []string{"fs-1", "fs-2"} {
			assert.Check(t, cmp.Equal(backing(t, p.diskPath(t, guest, "vda")), base))
		}
		assert.Check(t, cmp.DeepEqual(statOf(t, base), before), "the image in the store was touched")
		needsNix(t)
		assert.Check(t, p.roots(t)[storePath(base)], "no GC root holds %s: %v", base, p.roots(t))
		nix := icmd.RunCommand("nix-store", "--query", "--roots", storePath(base)).Assert(t, icmd.Success).Stdout()
		assert.Check(t, cmp.Contains(nix, p.path("state/vmprov/gcroots", p.Name)), "nix does not know the GC root")
	})
	t.Run("again", func(t *testing.T) { changesNothing(t, p) })
	t.Run("memory", func(t *testing.T) { takesNewMemoryAtARestart(t, p) })

	p.must(t, "destroy", "--yes")
	assert.Check(t, cmp.DeepEqual(statOf(t, base), before), "the image in the store was touched")
}

// builtImage builds the project's image, and gives the file.
func builtImage(t *testing.T, p *project) string {
	t.Helper()
	name, path, ok := strings.Cut(strings.TrimSpace(p.must(t, "build")), " ")
	assert.Assert(t, ok && name == "devel", "build says %q %q", name, path)
	return path
}

// ownership is what must not change of a file in the store.
type ownership struct {
	UID, GID uint32
	Mode     fs.FileMode
	Size     int64
	Changed  int64 // st_mtime in seconds
}

func statOf(t *testing.T, path string) ownership {
	t.Helper()
	info, err := os.Stat(path)
	assert.NilError(t, err)
	st := info.Sys().(*syscall.Stat_t)
	return ownership{st.Uid, st.Gid, info.Mode(), info.Size(), st.Mtim.Sec}
}

func seesItsDevices(t *testing.T, p *project) {
	for _, guest := range []string{"fs-1", "fs-2"} {
		for _, tc := range []struct{ what, command, want string }{
			{"controllers", "ls /sys/class/nvme", "nvme0"},
			{"controller serial", "xargs </sys/class/nvme/nvme0/serial", "ctl"},
			{"namespace ids", "cat /sys/block/nvme0n1/nsid /sys/block/nvme0n2/nsid", "1\n2"},
			{"sector sizes", "cat /sys/block/nvme0n1/queue/logical_block_size /sys/block/nvme0n2/queue/logical_block_size", "512\n4096"},
			{"namespace sizes", "cat /sys/block/nvme0n1/size /sys/block/nvme0n2/size", "131072\n262144"},
			{"virtio serial", "cat /sys/block/vdb/serial", "data-serial"},
			{"virtio mount", "readlink -f $(findmnt -no SOURCE /mnt/data)", "/dev/vdb"},
			{"root", "findmnt -no SOURCE /", "/dev/vda2"},
			{"4096-byte writes", "head -c 4096 /dev/urandom >/tmp/x && dd if=/tmp/x of=/dev/nvme0n2 bs=4096 conv=fsync 2>/dev/null && " +
				"echo 3 >/proc/sys/vm/drop_caches && head -c 4096 /dev/nvme0n2 | cmp - /tmp/x && echo same", "same"},
		} {
			assert.Check(t, cmp.Equal(p.ssh(t, guest, tc.command), tc.want), "guest %s: %s", guest, tc.what)
		}
	}
}

func sharesWithTheHost(t *testing.T, p *project) {
	writeFile(t, p.path("share", "from-host"), "host\n")
	for _, guest := range []string{"fs-1", "fs-2"} {
		assert.Check(t, cmp.Equal(p.ssh(t, guest, "cat /mnt/share/from-host"), "host"))
		p.ssh(t, guest, "hostname >/mnt/share/from-"+guest)
		assert.Check(t, cmp.Equal(readFile(t, p.path("share", "from-"+guest)), guest+"\n"))
	}
}

// footprint is what a command that changes nothing leaves as it is: the
// guests' definitions, marks and processes.
func (p *project) footprint(t *testing.T, guests ...string) map[string]string {
	t.Helper()
	seen := map[string]string{}
	for _, guest := range guests {
		seen[guest+" defined"] = p.dumpXML(t, guest, "--inactive")
		seen[guest+" state"] = p.state(t, guest)
		if seen[guest+" state"] == "running" {
			seen[guest+" running"] = p.dumpXML(t, guest)
			seen[guest+" pid"] = p.pid(t, guest)
		}
	}
	return seen
}

func changesNothing(t *testing.T, p *project) {
	before := p.footprint(t, "fs-1", "fs-2")
	result := p.vmprov(t, "up").Assert(t, icmd.Success)
	assert.Check(t, cmp.Equal(result.Stdout(), p.Name+": no changes, 2 guests\n"))
	assert.Check(t, cmp.Equal(p.must(t, "plan"), "fs-1: unchanged\nfs-2: unchanged\n"))
	assert.Check(t, cmp.DeepEqual(p.footprint(t, "fs-1", "fs-2"), before))
}

func takesNewMemoryAtARestart(t *testing.T, p *project) {
	const bootID = "cat /proc/sys/kernel/random/boot_id"
	before := p.footprint(t, "fs-1", "fs-2")
	booted, kilobytes := p.ssh(t, "fs-1", bootID), memory(t, p, "fs-1")
	p.configure(t, devicesWith("384MiB"))

	for _, guest := range []string{"fs-1", "fs-2"} {
		plan := p.must(t, "plan", guest)
		assert.Check(t, cmp.Contains(plan, "memory: 256MiB -> 384MiB (next boot)"))
	}
	assert.Check(t, cmp.DeepEqual(p.footprint(t, "fs-1", "fs-2"), before), "plan changed something")

	p.must(t, "up")
	for _, guest := range []string{"fs-1", "fs-2"} {
		assert.Check(t, cmp.Equal(p.pid(t, guest), before[guest+" pid"]), "up interrupted %s", guest)
		assert.Check(t, cmp.Regexp(`pending until its next boot: memory`, p.must(t, "plan", guest)))
		assert.Check(t, cmp.Contains(p.must(t, "status", guest), "pending until its next boot: memory"))
	}
	assert.Check(t, cmp.Equal(p.ssh(t, "fs-1", bootID), booted), "up interrupted fs-1")
	assert.Check(t, cmp.Equal(memory(t, p, "fs-1"), kilobytes))

	p.must(t, "up", "--restart", "fs-1")
	assert.Check(t, p.ssh(t, "fs-1", bootID) != booted, "fs-1 was not restarted")
	assert.Check(t, memory(t, p, "fs-1") > kilobytes+100<<10, "fs-1 has %d KiB, it had %d KiB", memory(t, p, "fs-1"), kilobytes)
	assert.Check(t, cmp.Equal(p.must(t, "plan", "fs-1"), "fs-1: unchanged\n"))
	assert.Check(t, cmp.Equal(p.pid(t, "fs-2"), before["fs-2 pid"]), "fs-2 was not named and was interrupted")
}

// memory is what the guest's kernel has, in KiB.
func memory(t *testing.T, p *project, guest string) int {
	t.Helper()
	return number(t, p.ssh(t, guest, "awk '$1 == \"MemTotal:\" { print $2 }' /proc/meminfo"))
}
