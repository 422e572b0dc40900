// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
)

// disksFile has a disk of each bus but nvme, and of each origin: a new volume,
// a path and an image that only a disk uses.
const disksFile = `project: {{.Name}}
pool: {path: ./pool}
images:
  devel: {{.Image}}
  extra: {flake: ./extra}
defaults: {image: devel, cpus: 1, memory: 256MiB, readyTimeout: 2m}
guests:
  a:
    iothreads: 1
    disks:
      - {name: log, size: 64MiB, serial: LOG-1, logicalBlockSize: 4096, minIOSize: 8KiB, optIOSize: 64KiB, discardGranularity: 128KiB,
         iothread: true, queueSize: 64, writeCache: false, preallocation: metadata, persist: false}
      - {name: mine, path: ./mine.img, iothread: 1, throttle: {totalIopsSec: 500, writeBytesSec: 4MiB}}
      - {name: tools, image: extra, size: 8MiB, persist: false}
      - {name: kept, image: extra}
      - {name: shown, path: ./shown.img, readOnly: true}
      - {name: spin, bus: scsi, size: 32MiB, wwn: 5000c50015ea71aa, rotationRate: 7200, format: raw, preallocation: falloc,
         minIOSize: 4KiB, optIOSize: 128KiB, discardGranularity: 64KiB}
      - {name: flash, bus: sata, size: 32MiB, serial: FLASH-1, rotationRate: 1, physicalBlockSize: 4096, filesystem: {type: ext4}, target: /mnt/flash}
`

// extraFlake builds an image of 4 MiB that begins with a word.
const extraFlake = `{
  outputs = { self }: {
    packages.x86_64-linux.image = derivation {
      name = "extra";
      system = "x86_64-linux";
      builder = "/bin/bash";
      PATH = "/usr/bin:/bin";
      args = [ "-c" "mkdir $out; echo WORD >raw; truncate -s 4M raw; qemu-img convert -O qcow2 raw $out/extra.qcow2" ];
    };
  };
}
`

func (p *project) writeExtra(t *testing.T, word string) {
	t.Helper()
	writeFile(t, p.path("extra", "flake.nix"), strings.Replace(extraFlake, "WORD", word, 1))
}

// TestDisks looks from inside a guest at what its file says of its disks, and
// from outside at what recycle and destroy leave of them.
func TestDisks(t *testing.T) {
	t.Parallel()
	needsNix(t)
	p := newProject(t)
	p.configureAll(t, disksFile)
	assert.NilError(t, os.Mkdir(p.path("extra"), 0o755))
	p.writeExtra(t, "first")
	p.makeDisk(t, "mine.img", "from the host")
	p.makeDisk(t, "shown.img", "shown")

	p.must(t, "up")
	t.Run("inside", func(t *testing.T) { p.seesDisks(t) })
	t.Run("outside", func(t *testing.T) { p.limitsDisks(t) })
	t.Run("again", func(t *testing.T) { p.changesNothingOf(t, "a") })

	for _, disk := range []string{"vdb", "vdc", "vdd", "vde"} {
		p.ssh(t, "a", "echo from the guest | dd of=/dev/"+disk+" bs=4k conv=sync,fsync 2>/dev/null")
	}
	p.writeExtra(t, "second")
	t.Run("new image", func(t *testing.T) {
		plan := p.must(t, "plan")
		assert.Check(t, cmp.Contains(plan, "disk `tools`: new image: "))
		assert.Check(t, cmp.Contains(plan, "disk `kept`: new image: "))
		assert.Check(t, cmp.Contains(plan, "a: unchanged\n"))
	})
	p.must(t, "recycle", "--build")
	t.Run("recycled", func(t *testing.T) {
		assert.Check(t, cmp.Equal(p.firstWords(t, "vdb"), ""), "the disk that is not to persist did")
		assert.Check(t, cmp.Equal(p.firstWords(t, "vdc"), "from the guest"))
		assert.Check(t, cmp.Equal(p.firstWords(t, "vdd"), "second"), "the disk is not on the new image")
		assert.Check(t, cmp.Equal(p.firstWords(t, "vde"), "from the guest"))
		plan := p.must(t, "plan")
		assert.Check(t, cmp.Contains(plan, "disk `kept`: new image: "))
		assert.Check(t, !strings.Contains(plan, "disk `tools`"), plan)
	})

	p.must(t, "destroy", "--yes")
	assert.Check(t, cmp.Contains(readFile(t, p.path("mine.img")), "from the guest"))
	assert.Check(t, cmp.Equal(ownerOf(t, p.path("mine.img")), 0), "its owner has not got it back")
	assert.Check(t, cmp.Contains(readFile(t, p.path("shown.img")), "shown"))
	assert.Check(t, !exists(p.path("pool")))
}

// makeDisk makes a file of 1 MiB that begins with a word.
func (p *project) makeDisk(t *testing.T, name, word string) {
	t.Helper()
	writeFile(t, p.path(name), word+"\n")
	assert.NilError(t, os.Truncate(p.path(name), 1<<20))
}

func ownerOf(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Stat(path)
	assert.NilError(t, err)
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

// firstWords is the line of text that a disk in the guest begins with.
func (p *project) firstWords(t *testing.T, disk string) string {
	t.Helper()
	return p.ssh(t, "a", "dd if=/dev/"+disk+" bs=512 count=1 2>/dev/null | tr -d '\\0' | head -n 1")
}

func (p *project) seesDisks(t *testing.T) {
	const sd = `for d in /sys/block/sd*; do
		if grep -q %s $d/device/vpd_pg80 $d/device/wwid 2>/dev/null; then cd $d/queue; cat %s; fi
	done`
	// The kernel looks for these disks in the background.
	p.ssh(t, "a", "until [ -e /sys/block/sda/queue ] && [ -e /sys/block/sdb/queue ]; do sleep 0.1; done")
	for _, tc := range []struct{ what, command, want string }{
		{"virtio", "cd /sys/block/vdb; echo $(cat serial); cat queue/logical_block_size queue/physical_block_size queue/minimum_io_size " +
			"queue/optimal_io_size queue/discard_granularity queue/write_cache size",
			"LOG-1\n4096\n4096\n8192\n65536\n131072\nwrite through\n131072"},
		{"default write cache", "cat /sys/block/vdd/queue/write_cache", "write back"},
		{"length of a queue", "cat /sys/block/vdb/mq/0/nr_tags", "64"},
		{"path", "echo $(cat /sys/block/vdc/serial) $(cat /sys/block/vdc/size)", "mine 2048"},
		{"image, grown", "echo $(cat /sys/block/vdd/serial) $(cat /sys/block/vdd/size)", "tools 16384"},
		{"image", "cat /sys/block/vde/size", "8192"},
		{"read-only", "cat /sys/block/vdf/ro", "1"},
		{"scsi", fmt.Sprintf(sd, "naa.5000c50015ea71aa", "rotational ../size minimum_io_size optimal_io_size discard_granularity"), "1\n65536\n4096\n131072\n65536"},
		{"mounted by its link", "cut -d ' ' -f 2,3 /proc/mounts | grep flash", "/mnt/flash ext4"},
		{"links", "cd /dev/disk/by-id; ls | grep -c -e wwn-0x5000c50015ea71aa -e scsi-35000c50015ea71aa -e ata-QEMU_HARDDISK_FLASH-1", "3"},
		{"sata", fmt.Sprintf(sd, "FLASH-1", "rotational physical_block_size logical_block_size"), "0\n4096\n512"},
	} {
		assert.Check(t, cmp.Equal(p.ssh(t, "a", tc.command), tc.want), tc.what)
	}
	for disk, want := range map[string]string{"vdc": "from the host", "vdd": "first", "vde": "first", "vdf": "shown"} {
		assert.Check(t, cmp.Equal(p.firstWords(t, disk), want), disk)
	}
}

func (p *project) limitsDisks(t *testing.T) {
	limits := virsh(t, "blkdeviotune", p.domain("a"), "vdc")
	for _, line := range []string{"total_iops_sec : 500", "write_bytes_sec: 4194304"} {
		assert.Check(t, cmp.Contains(limits, line))
	}
	threads := strings.Fields(virsh(t, "iothreadinfo", p.domain("a")))
	assert.Check(t, cmp.Contains(threads, "1"))
	assert.Check(t, cmp.Contains(threads, "2"))
	// libvirt hands over what the guest writes, and leaves what it only reads.
	assert.Check(t, ownerOf(t, p.path("mine.img")) != 0)
	assert.Check(t, cmp.Equal(ownerOf(t, p.path("shown.img")), 0))
	// Allocated at once, and not.
	for disk, allocated := range map[string]bool{"spin.raw": true, "flash.qcow2": false} {
		info, err := os.Stat(p.path("pool", p.domain("a")+"."+disk))
		assert.NilError(t, err)
		blocks := info.Sys().(*syscall.Stat_t).Blocks * 512
		assert.Check(t, cmp.Equal(blocks >= 32<<20, allocated), "%s has %d bytes", disk, blocks)
	}
}
