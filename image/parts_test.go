// SPDX-License-Identifier: Apache-2.0

package image

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"

	"vmprov/internal/event"
)

func TestParseVersion(t *testing.T) {
	for _, tc := range []struct {
		out, text     string
		v             version
		flakes, lacks bool
	}{
		{"nix (Nix) 2.3.16\n", "2.3.16", version{2, 3}, true, true},
		{"nix (Nix) 2.8.0\n", "2.8.0", version{2, 8}, false, true},
		{"nix (Nix) 2.18.1", "2.18.1", version{2, 18}, false, false},
		{"nix (Nix) 2.19.0pre20230921_a1b2c3d", "2.19.0pre20230921_a1b2c3d", version{2, 19}, false, false},
		{"nix (Determinate Nix 3.6.0) 2.29.0", "2.29.0", version{2, 29}, false, false},
		{"nix (Lix, like Nix) 2.91.1", "2.91.1", version{2, 91}, false, false},
		{"nix (Nix) 3.0.0", "3.0.0", version{3, 0}, false, false},
	} {
		text, v, err := parseVersion(tc.out)
		assert.NilError(t, err)
		assert.Equal(t, text, tc.text)
		assert.Equal(t, v, tc.v)
		assert.Equal(t, v.less(flakesNeed), tc.flakes, tc.out)
		assert.Equal(t, v.less(nixpkgsNeed), tc.lacks, tc.out)
	}
	_, _, err := parseVersion("command not understood")
	assert.ErrorContains(t, err, "holds none")
}

func TestCheckTheInstalledNix(t *testing.T) {
	needNix(t)
	text, warning, err := Check(t.Context())
	assert.NilError(t, err)
	_, v, err := parseVersion(text)
	assert.NilError(t, err)
	assert.Equal(t, warning != "", v.less(nixpkgsNeed))
}

func TestTextNamesNixpkgs(t *testing.T) {
	for _, tc := range []struct {
		text string
		want bool
	}{
		{`{ inputs.nixpkgs.url = "github:NixOS/nixpkgs"; }`, true},
		{`{ inputs = { nixpkgs = { url = "x"; }; }; }`, true},
		{`{ inputs.n.url = "github:NixOS/nixpkgs/nixos-25.05"; }`, true},
		{`{ outputs = { self, nixpkgs }: {}; }`, true},
		{`{ outputs = { nixpkgs, ... }: {}; }`, true},
		{"# builds without nixpkgs = simple\n{ outputs = { self }: {}; }", false},
		{"{ /* nixpkgs.url = 1 */ outputs = { self }: {}; }", false},
		{`{ outputs = { self }: { x = "this is not nixpkgs"; }; }`, false},
	} {
		assert.Equal(t, textNamesNixpkgs(tc.text), tc.want, tc.text)
	}
}

func TestLockNamesNixpkgs(t *testing.T) {
	for _, tc := range []struct {
		lock string
		want bool
	}{
		{`{"nodes":{"root":{}},"root":"root","version":7}`, false},
		{`{"nodes":{"p":{"locked":{"repo":"nixpkgs","type":"github"}},"root":{}}}`, true},
		{`{"nodes":{"nixpkgs_2":{"original":{"id":"nixpkgs","type":"indirect"}}}}`, true},
		{`{"nodes":{"n":{"locked":{"type":"tarball","url":"https://releases.nixos.org/nixos/25.05/nixpkgs-x/nixexprs.tar.xz"}}}}`, true},
		{`{"nodes":{"utils":{"locked":{"repo":"flake-utils"}}}}`, false},
		{`not JSON`, false},
	} {
		assert.Equal(t, lockNamesNixpkgs([]byte(tc.lock)), tc.want, tc.lock)
	}
}

func TestCheckNixpkgs(t *testing.T) {
	folder := flake(t, t.TempDir())
	assert.NilError(t, checkNixpkgs(folder, "2.8.0", version{2, 8}))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "flake.nix"), []byte(`{ outputs = { nixpkgs, self }: {}; }`), 0o644))
	assert.NilError(t, checkNixpkgs(folder, "2.18.0", version{2, 18}))
	assert.Error(t, checkNixpkgs(folder, "2.8.0", version{2, 8}),
		"nix 2.8.0 cannot evaluate nixpkgs, which needs 2.18 or later, and the flake "+folder+" uses nixpkgs; install a newer nix (https://nixos.org/download)")
	// The lock file knows better than the text.
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "flake.lock"), []byte(`{"nodes":{"root":{}}}`), 0o644))
	assert.NilError(t, checkNixpkgs(folder, "2.8.0", version{2, 8}))
}

func TestLacksBuildUsers(t *testing.T) {
	none := func(string) bool { return false }
	all := func(string) bool { return true }
	group := map[string]setting{"build-users-group": {Value: "nixbld"}}
	assert.Equal(t, lacksBuildUsers(group, none), true)
	assert.Equal(t, lacksBuildUsers(group, all), false)
	assert.Equal(t, lacksBuildUsers(map[string]setting{"build-users-group": {Value: ""}}, none), false)
	assert.Equal(t, lacksBuildUsers(map[string]setting{}, none), false)
	assert.Equal(t, lacksBuildUsers(map[string]setting{"build-users-group": {Value: "nixbld"}, "auto-allocate-uids": {Value: true}}, none), false)
}

func TestLines(t *testing.T) {
	var log bytes.Buffer
	var seen []string
	l := &lines{log: &log, each: func(s string) { seen = append(seen, s) }}
	const text = "one\n\x1b[31mred\x1b[0m\r\n\ttab\x07\n\n"
	for i := range len(text) {
		l.Write([]byte{text[i]})
	}
	l.Write([]byte(strings.Repeat("x", longestLine+1)))
	l.Write([]byte("end"))
	l.flush()
	assert.DeepEqual(t, seen, []string{"one", "red", "    tab?", strings.Repeat("x", longestShown) + "…", "xend"})
	assert.Equal(t, log.String(), text+strings.Repeat("x", longestLine+1)+"end")
	for range 100 {
		l.Write([]byte("more\n"))
	}
	assert.Equal(t, len(l.tail), tailLines)
}

func TestReason(t *testing.T) {
	for _, tc := range []struct {
		tail []string
		want string
	}{
		{nil, ""},
		{[]string{"warning: x", "error: first", "error: boo", "(use '--show-trace')"}, "boo"},
		{[]string{"error:", "       … while evaluating", "       error: deep"}, "deep"},
		{[]string{"Killed"}, "Killed"},
	} {
		assert.Equal(t, reason(tc.tail), tc.want)
	}
}

func TestLacks(t *testing.T) {
	const missing = "error: flake 'path:/a' does not provide attribute 'packages.x86_64-linux.image', 'legacyPackages.x86_64-linux.image' or 'image'"
	assert.Equal(t, lacks([]string{"warning: x", missing}, "image"), true)
	assert.Equal(t, lacks([]string{"       " + missing, "       Did you mean images?"}, "image"), true)
	assert.Equal(t, lacks([]string{"img> " + missing}, "image"), false)
	assert.Equal(t, lacks([]string{missing}, "disk"), false)
	assert.Equal(t, lacks([]string{"error: attribute 'image' missing"}, "image"), false)
}

func TestParseBuilt(t *testing.T) {
	for _, tc := range []struct{ name, out, want, err string }{
		{"out", `[{"drvPath":"/nix/store/x.drv","outputs":{"doc":"/nix/store/d","out":"/nix/store/o"},"startTime":1}]`, "/nix/store/o", ""},
		{"one output of another name", `[{"outputs":{"image":"/nix/store/i"}}]`, "/nix/store/i", ""},
		{"two without out", `[{"outputs":{"a":"/nix/store/a","b":"/nix/store/b"}}]`, "", "no output `out` in"},
		{"none", `[]`, "", "0 derivations, want one"},
		{"no JSON", `x`, "", "read what nix built: "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := parseBuilt([]byte(tc.out))
			assert.Equal(t, got, tc.want)
			if tc.err == "" {
				assert.NilError(t, err)
			} else {
				assert.ErrorContains(t, err, tc.err)
			}
		})
	}
}

func TestFindImageTakesWhatTheOutputNames(t *testing.T) {
	store := t.TempDir()
	out := filepath.Join(store, "hash-image")
	assert.NilError(t, os.MkdirAll(filepath.Join(out, "nix-support"), 0o755))
	for _, name := range []string{"a.img", "b.qcow2"} {
		assert.NilError(t, os.WriteFile(filepath.Join(out, name), nil, 0o644))
	}
	products := "file qcow2 " + filepath.Join(out, "b.qcow2") + "\nreport log " + filepath.Join(out, "log") + "\n"
	assert.NilError(t, os.WriteFile(filepath.Join(out, "nix-support", "hydra-build-products"), []byte(products), 0o644))
	got, err := findImage(out)
	assert.NilError(t, err)
	assert.Equal(t, got, filepath.Join(out, "b.qcow2"))
}

func TestReadyFile(t *testing.T) {
	_, err := exec.LookPath("qemu-img")
	skip.If(t, err != nil, "NOT TESTED: qemu-img is not installed")
	path := filepath.Join(t.TempDir(), "appliance.qcow2")
	command(t, "", "qemu-img", "create", "-q", "-f", "qcow2", path, "32M")
	changed := time.Date(2025, 1, 2, 3, 4, 5, 600, time.UTC)
	assert.NilError(t, os.Chtimes(path, changed, changed))
	find := func() (Artifact, error) {
		return Build(t.Context(), Request{Name: "appliance", File: path}, event.Discard)
	}
	a, err := find()
	assert.NilError(t, err)
	assert.Equal(t, a.Format, "qcow2")
	assert.Equal(t, a.VirtualSize, uint64(32<<20))
	assert.Equal(t, a.Path, path)
	assert.Equal(t, a.StorePath, "")
	assert.Assert(t, strings.HasPrefix(a.Identity, path+" ("), a.Identity)
	assert.Assert(t, strings.Contains(a.Identity, ", 2025-01-02T03:04:05.0000006Z, inode "), a.Identity)

	again, err := find()
	assert.NilError(t, err)
	assert.Equal(t, again, a)

	// A copy in its place has the size and the time, and is another file.
	command(t, "", "cp", "-p", path, path+".new")
	command(t, "", "mv", path+".new", path)
	other, err := find()
	assert.NilError(t, err)
	assert.Assert(t, other.Identity != a.Identity)
}

func TestReadyFileRefused(t *testing.T) {
	_, err := exec.LookPath("qemu-img")
	skip.If(t, err != nil, "NOT TESTED: qemu-img is not installed")
	dir := t.TempDir()
	command(t, dir, "qemu-img", "create", "-q", "-f", "vmdk", "a.vmdk", "1M")
	command(t, dir, "touch", "empty.img")
	command(t, dir, "mkfifo", "fifo")
	for _, tc := range []struct{ file, want string }{
		{"absent", "find image a: stat " + dir + "/absent: no such file or directory"},
		{".", "is no plain file (d"},
		{"fifo", "is no plain file (p"},
		{"a.vmdk", "its format is vmdk, and an overlay is put on qcow2 or raw only"},
		{"empty.img", "it is empty"},
	} {
		t.Run(tc.file, func(t *testing.T) {
			_, err := Build(t.Context(), Request{Name: "a", File: filepath.Join(dir, tc.file)}, event.Discard)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}
