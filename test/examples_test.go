// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
)

// merged are the examples that one guest can have all of, two guests of them.
// Those of networks are booted in part here, and by a test of their own.
var merged = map[string][]string{
	"a": {"disks", "throttle", "escape", "shares", "compute"},
	"b": {"nvme", "nvme-zoned", "nvme-multipath", "live"},
}

// TestExamplesBoot boots guests that have what several examples have, and sees
// what they say that one sees.
func TestExamplesBoot(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	assert.NilError(t, os.CopyFS(p.path("quickstart"), os.DirFS(filepath.Join(suite.source, "examples/quickstart"))))
	guests := map[string]any{}
	for name, examples := range merged {
		guest := map[string]any{}
		for _, example := range examples {
			mergeInto(guest, exampleGuest(t, example))
		}
		delete(guest, "image")
		guests[name] = guest
	}
	guests["a"].(map[string]any)["networks"] = []string{"lab"}
	text, err := yaml.Marshal(map[string]any{"guests": guests, "networks": map[string]any{"lab": map[string]any{}, "side": map[string]any{"mode": "isolated"}}})
	assert.NilError(t, err)
	// A share's source is relative to a folder beside the quickstart's.
	p.configure(t, strings.ReplaceAll(string(text), "../quickstart", "./quickstart"))
	p.must(t, "up")
	p.ssh(t, "a", "until [ -e /sys/block/sda/queue ] && [ -e /sys/block/sdb/queue ]; do sleep 0.1; done")
	p.ssh(t, "b", "/usr/lib/guest/disk-links; until [ -e /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_array_2 ]; do sleep 0.1; /usr/lib/guest/disk-links; done")
	for _, tc := range []struct{ what, command, want string }{
		{"nvme", "cd /dev/disk/by-id; ls -d nvme-QEMU_NVMe_Ctrl_kdevops0_5 nvme-QEMU_NVMe_Ctrl_multi_3 nvme-QEMU_NVMe_Ctrl_LAB-0001 | wc -l", "3"},
		{"nvme: sectors", "grep -lx 4096 /sys/block/nvme*n*/queue/logical_block_size | wc -l", "3"},
		{"nvme: mounted", "grep /mnt/scratch /proc/mounts | cut -d ' ' -f 3", "ext4"},
		{"nvme-zoned", "grep -l host-managed /sys/block/nvme*n*/queue/zoned | wc -l; cat /sys/block/nvme*/queue/max_open_zones | sort -n | tail -n 1", "2\n14"},
		{"nvme-multipath", "ls -d /sys/block/nvme*n1/../nvme*c*n1 /sys/class/nvme-subsystem/*/nvme*c*n1 2>/dev/null | wc -l", "2"},
		{"live", "nproc; ls -d /sys/class/net/*/device | wc -l", "2\n2"},
	} {
		assert.Check(t, cmp.Equal(p.ssh(t, "b", tc.command), tc.want), tc.what)
	}
	for _, tc := range []struct{ what, command, want string }{
		{"disks", "cat /sys/block/vd?/queue/logical_block_size /sys/block/nvme?n1/queue/logical_block_size | sort -n | uniq -c | xargs", "5 512 2 4096"},
		{"disks: links", "cd /dev/disk/by-id; ls -d wwn-0x5000c50015ea71ad ata-QEMU_HARDDISK_plain | wc -l", "2"},
		{"disks: serials", "for d in /sys/block/vd?; do echo $(cat $d/serial); done | xargs", "log data0 data1 slow small"},
		{"escape: a property", "for d in /sys/block/vd?; do [ \"$(cat $d/serial)\" = small ] && cat $d/queue/discard_max_bytes; done; true", "1048576"},
		{"compute", "cat /sys/devices/system/node/node*/distance; nproc", "10 21\n21 10\n4"},
		{"shares", "grep -c virtiofs /proc/mounts", "3"},
	} {
		assert.Check(t, cmp.Equal(p.ssh(t, "a", tc.command), tc.want), tc.what)
	}
	d := p.domainXML(t, "a")
	assert.Check(t, cmp.Equal(d.Title, "a guest with a title"))
	assert.Check(t, cmp.Contains(p.dumpXML(t, "a"), "<total_bytes_sec>4194304</total_bytes_sec>"))
	assert.Check(t, cmp.Equal(p.must(t, "plan"), "a: unchanged\nb: unchanged\n"))
}

// exampleGuest is the only guest of an example, less its image.
func exampleGuest(t *testing.T, name string) map[string]any {
	t.Helper()
	var file struct {
		Guests map[string]map[string]any
	}
	assert.NilError(t, yaml.Unmarshal([]byte(readFile(t, filepath.Join(suite.source, "examples", name, "vmprov.yaml"))), &file))
	assert.Equal(t, len(file.Guests), 1)
	for guest := range maps.Values(file.Guests) {
		return guest
	}
	return nil
}

// mergeInto adds a guest's lists and mappings to those of another; any other key
// of its own stands in the place of the other's.
func mergeInto(guest, more map[string]any) {
	for key, value := range more {
		if have, ok := guest[key].(map[string]any); ok {
			mergeInto(have, value.(map[string]any))
			continue
		}
		have, isList := guest[key].([]any)
		if list, ok := value.([]any); ok && isList {
			value = append(have, list...)
		}
		guest[key] = value
	}
}
