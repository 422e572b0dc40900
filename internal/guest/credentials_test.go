// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"encoding/base64"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	"gotest.tools/v3/skip"
)

// decode turns OEM strings back into what systemd sees, as readable text.
func decode(t *testing.T, strs []string) string {
	t.Helper()
	var b strings.Builder
	for _, s := range strs {
		kind, rest, ok := strings.Cut(s, ":")
		assert.Assert(t, ok, s)
		name, value, ok := strings.Cut(rest, "=")
		assert.Assert(t, ok, s)
		if kind == "io.systemd.credential.binary" {
			data, err := base64.StdEncoding.DecodeString(value)
			assert.NilError(t, err)
			value = string(data)
		} else {
			assert.Equal(t, kind, "io.systemd.credential")
		}
		fmt.Fprintf(&b, "--- %s\n%s\n", name, value)
	}
	return b.String()
}

func TestOEMStrings(t *testing.T) {
	mounts := []Mount{
		{Device: "results", Target: "/data/results", Type: "virtiofs"},
		{Device: "my tag#1", Target: "/data/with space/", Type: "virtiofs", ReadOnly: true},
		{Device: DiskByID("nvme", "scratch", 0), Target: "/mnt/scratch", Type: "xfs", Makefs: true},
		{Device: DiskByID("virtio", "log", 0), Target: "/mnt/log", Type: "ext4", Makefs: true, MkfsArgs: []string{"-L", `100% "of" $HOME\it`, "-F"}},
	}
	for _, tc := range []struct {
		name string
		in   Credentials
	}{
		{"nothing", Credentials{}},
		{"root", Credentials{HostName: "xfs-1", AuthorizedKeys: []string{"ssh-ed25519 AAAA one", "ssh-ed25519 AAAA one\n", "ssh-ed25519 BBBB"}, User: "root"}},
		{"user", Credentials{HostName: "xfs-1", AuthorizedKeys: []string{"ssh-ed25519 AAAA"}, User: "kdev"}},
		{"mounts", Credentials{Mounts: mounts}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := OEMStrings(tc.in)
			assert.NilError(t, err)
			golden.Assert(t, decode(t, got), "oemstrings-"+tc.name+".golden")
			for _, s := range got {
				assert.Assert(t, isPlainLine(s), "no SMBIOS string: %q", s)
			}
		})
	}
}

func TestOEMStringsRefuse(t *testing.T) {
	xfs := func(m Mount) Credentials { return Credentials{Mounts: []Mount{m}} }
	many := func(n int, m Mount) (out []Mount) {
		for range n {
			out = append(out, m)
		}
		return out
	}
	for _, tc := range []struct {
		name string
		in   Credentials
		want string
	}{
		{"user", Credentials{AuthorizedKeys: []string{"k"}, User: "a b"}, "is no login name"},
		{"specifier", Credentials{AuthorizedKeys: []string{"k"}, User: "%h"}, "is no login name"},
		{"key", Credentials{AuthorizedKeys: []string{"k\nssh-rsa other"}}, "more than one line"},
		{"relative", xfs(Mount{Device: "d", Target: "mnt", Type: "xfs"}), "no absolute path"},
		{"type", xfs(Mount{Device: "d", Target: "/mnt", Type: "xfs\nx"}), "no file system type"},
		{"device", xfs(Mount{Target: "/mnt", Type: "xfs"}), "has no device"},
		{"bytes", Credentials{AuthorizedKeys: []string{strings.Repeat("k", 40000)}}, "SMBIOS has room for 49152"},
		{"strings", Credentials{Mounts: many(256, Mount{Device: "d", Target: "/m", Type: "xfs", Makefs: true, MkfsArgs: []string{"-K"}})}, "SMBIOS holds 255"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := OEMStrings(tc.in)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestIsPlainLine(t *testing.T) {
	for s, want := range map[string]bool{
		"xfs-1": true, "a b": true, "": false, " a": false, "a ": false, "a\n": false, "\x1b[2J": false, "ä": false,
	} {
		assert.Equal(t, isPlainLine(s), want, "%q", s)
	}
}

// TestUnitFromPath holds the names against systemd's own.
func TestUnitFromPath(t *testing.T) {
	_, err := exec.LookPath("systemd-escape")
	skip.If(t, err != nil, "systemd-escape is not installed")
	for _, p := range []string{
		DiskByID("nvme", "scratch", 3), DiskByID("virtio", "a.b_c+d", 0), "/.hidden/x y", "/dev/ü%h",
	} {
		out, err := exec.Command("systemd-escape", "--path", "--suffix=device", "--", p).Output()
		assert.NilError(t, err)
		assert.Equal(t, unitFromPath(p)+".device", strings.TrimSpace(string(out)))
	}
}

// TestUnitVerify has systemd parse the unit, quoting and all.
func TestUnitVerify(t *testing.T) {
	_, err := exec.LookPath("systemd-analyze")
	skip.If(t, err != nil, "systemd-analyze is not installed")
	file := t.TempDir() + "/vmprov-mkfs-1.service"
	unit := mkfsUnit(Mount{Device: DiskByID("nvme", "scratch", 2), Target: "/mnt", Type: "xfs", Makefs: true, MkfsArgs: []string{"-L", `100% "of" $HOME\`}})
	assert.NilError(t, writeFile(file, unit))
	out, err := exec.Command("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", file).CombinedOutput()
	t.Logf("%s", out)
	assert.NilError(t, err)
	for _, complaint := range []string{"Unknown", "Failed to", "Invalid", "ignoring"} {
		for line := range strings.Lines(string(out)) {
			assert.Assert(t, !(strings.Contains(line, "vmprov-mkfs") && strings.Contains(line, complaint)), "%s", line)
		}
	}
}

// TestMkfsScript runs the guard on real files: a blank one is formatted, one
// with a signature is left alone.
func TestMkfsScript(t *testing.T) {
	for _, tool := range []string{"blkid", "mke2fs"} {
		_, err := exec.LookPath(tool)
		skip.If(t, err != nil, tool+" is not installed")
	}
	disk := t.TempDir() + "/disk"
	assert.NilError(t, writeFile(disk, strings.Repeat("\x00", 1<<20)))
	run := func(label string) string {
		cmd := exec.Command("/bin/sh", "-c", mkfsScript, disk, "mke2fs", "-q", "-F", "-L", label, disk)
		out, err := cmd.CombinedOutput()
		assert.NilError(t, err, "%s", out)
		found, err := exec.Command("blkid", "-p", "-o", "value", "-s", "LABEL", disk).Output()
		assert.NilError(t, err)
		return strings.TrimSpace(string(found))
	}
	assert.Equal(t, run("first"), "first")
	assert.Equal(t, run("second"), "first")
}

func TestDiskByID(t *testing.T) {
	for _, tc := range []struct {
		bus, serial string
		nsid        int
		want        string
	}{
		{"virtio", "log", 0, "/dev/disk/by-id/virtio-log"},
		{"scsi", "log", 0, "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_log"},
		{"sata", "log", 0, "/dev/disk/by-id/ata-QEMU_HARDDISK_log"},
		{"ide", "log", 0, "/dev/disk/by-id/ata-QEMU_HARDDISK_log"},
		{"nvme", "scratch", 0, "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_scratch"},
		{"nvme", "ctl", 2, "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_ctl_2"},
		{"nvme", "a  b/c", 0, "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_a_b_c"},
	} {
		assert.Equal(t, DiskByID(tc.bus, tc.serial, tc.nsid), tc.want)
	}
	assert.Equal(t, DiskByWWN("5000c50015ea71aa"), "/dev/disk/by-id/wwn-0x5000c50015ea71aa")
}
