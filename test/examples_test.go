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

// merged are the examples that one guest can have all of. Those of NVMe and
// networks are booted by tests of their own.
var merged = []string{"disks", "throttle", "escape", "shares", "compute"}

// TestExamplesBoot boots one guest that has what several examples have, and
// sees what they say that one sees.
func TestExamplesBoot(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	assert.NilError(t, os.CopyFS(p.path("quickstart"), os.DirFS(filepath.Join(suite.source, "examples/quickstart"))))
	guest := map[string]any{}
	for _, name := range merged {
		mergeInto(guest, exampleGuest(t, name))
	}
	text, err := yaml.Marshal(map[string]any{"guests": map[string]any{"a": guest}})
	assert.NilError(t, err)
	// A share's source is relative to a folder beside the quickstart's.
	p.configure(t, strings.ReplaceAll(string(text), "../quickstart", "./quickstart"))
	p.must(t, "up")
	p.ssh(t, "a", "until [ -e /sys/block/sda/queue ] && [ -e /sys/block/sdb/queue ]; do sleep 0.1; done")
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
	assert.Check(t, cmp.Equal(p.must(t, "plan"), "a: unchanged\n"))
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

// mergeInto adds a guest's lists to those of another; any other key of its own
// stands in the place of the other's.
func mergeInto(guest, more map[string]any) {
	for key, value := range more {
		have, isList := guest[key].([]any)
		if list, ok := value.([]any); ok && isList {
			value = append(have, list...)
		}
		guest[key] = value
	}
}
