// SPDX-License-Identifier: Apache-2.0

package nixos

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	"gotest.tools/v3/skip"
)

func TestModule(t *testing.T) {
	for _, tc := range []struct {
		name   string
		mounts Mounts
	}{
		{"everything", Mounts{
			Shares: []Share{
				{Tag: "results", Target: "/data/results"},
				{Tag: "home", Target: "/mnt/home", ReadOnly: true},
				{Tag: "xdg"},
			},
			Disks: []Disk{
				{Name: "scratch", Links: []string{"/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_scratch"}, Controller: "scratch", Namespace: 1},
				{Name: "log", Links: []string{"/dev/disk/by-id/virtio-log"}, Target: "/mnt/log", Type: "xfs", MkfsArgs: []string{"-b", "size=16k"}},
				{Name: "one", Links: []string{"/dev/disk/by-id/virtio-one"}, Target: "/mnt/one", Type: "ext4", MkfsArgs: []string{"-F"}},
				{Name: "work", Links: []string{"/dev/disk/by-id/virtio-work"}, Target: "/mnt/work", Type: "ext4"},
				{Name: "old", Links: []string{"/dev/disk/by-id/virtio-old"}, Target: "/mnt/old", Type: "btrfs", ReadOnly: true, MkfsArgs: []string{"-f"}},
			},
		}},
		{"shares only", Mounts{Shares: []Share{{Tag: "a", Target: "/a"}}}},
		{"nothing", Mounts{}},
		{"nothing with a target", Mounts{Shares: []Share{{Tag: "a"}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text, err := Module(tc.mounts)
			assert.NilError(t, err)
			golden.Assert(t, text, "module-"+strings.ReplaceAll(tc.name, " ", "-")+".golden")
			_, err = instantiate(t, text, "--parse")
			assert.NilError(t, err)
		})
	}
}

// TestModuleQuotes: what nix reads is what was written, whatever it is.
func TestModuleQuotes(t *testing.T) {
	for _, nasty := range []string{
		"/plain", "/${x}", "/$${x}", "/$$${x}", `/\${x}`, `/"; }`, `/\`, "/''", "/a\nb", "/a\r\nb", "/\t", "/#", "/ü", "/$", "/{}", "/\\n",
	} {
		t.Run(nasty, func(t *testing.T) {
			text, err := Module(Mounts{
				Shares: []Share{{Tag: nasty, Target: nasty}},
				Disks:  []Disk{{Links: []string{nasty}, Target: nasty, Type: "xfs", MkfsArgs: []string{nasty, "-L", nasty}}, {Name: "without\ntarget" + nasty}},
			})
			assert.NilError(t, err)
			out, err := instantiate(t, text, "--eval", "--strict", "--json")
			assert.NilError(t, err)
			var got map[string]struct {
				Shares  map[string]map[string]any `json:"shares"`
				Storage map[string]map[string]any `json:"storage"`
			}
			assert.NilError(t, json.Unmarshal([]byte(out), &got), out)
			flake := got["nixos-flake"]
			assert.DeepEqual(t, flake.Shares, map[string]map[string]any{nasty: {"tag": nasty}})
			assert.DeepEqual(t, flake.Storage, map[string]map[string]any{
				nasty: {"device": nasty, "fsType": "xfs", "mkfsArgs": []any{nasty, "-L", nasty}},
			})
		})
	}
	_, err := Module(Mounts{Shares: []Share{{Tag: "a\x00", Target: "/a"}}})
	assert.ErrorContains(t, err, "no text with a zero byte")
}

// instantiate gives a text to nix as an expression.
func instantiate(t *testing.T, text string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("nix-instantiate")
	skip.If(t, err != nil, "NOT TESTED: nix is not installed")
	cmd := exec.CommandContext(t.Context(), path, append(args, "-")...)
	cmd.Stdin = strings.NewReader(text)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	t.Log(stderr.String())
	return string(out), err
}
