// SPDX-License-Identifier: Apache-2.0

package image

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/event"
)

// closureOf builds a closure from a flake whose toplevel the script makes in $out.
func closureOf(t *testing.T, script string) (Closure, *events, error) {
	t.Helper()
	folder := flake(t, t.TempDir(), "nixosConfigurations.vm.config.system.build.toplevel = "+derivation("mkdir $out; cd $out; "+script)+";")
	var seen events
	c, err := BuildClosure(t.Context(), Request{Name: "kdev", Flake: folder}, seen.sink)
	return c, &seen, err
}

func TestBuildClosure(t *testing.T) {
	needNix(t)
	c, seen, err := closureOf(t, `touch init real; ln -s $out/real initrd
		echo "{\"org.nixos.bootspec.v1\": {\"init\": \"$out/init\", \"initrd\": \"$out/initrd\", \"label\": \"NixOS\", \"kernelParams\": [\"loglevel=4\"]}, \"org.other.v1\": {}}" > boot.json`)
	assert.NilError(t, err)
	assert.DeepEqual(t, c, Closure{
		StorePath: c.StorePath, Init: c.StorePath + "/init", Initrd: c.StorePath + "/real",
		Label: "NixOS", KernelParams: []string{"loglevel=4"},
	})
	assert.Equal(t, seen.texts(event.Done), c.StorePath)
	assert.Equal(t, seen.all[0].Action, "build closure")

	// The same by its store path, and by a link such as `nix build` leaves.
	link := filepath.Join(t.TempDir(), "result")
	assert.NilError(t, os.Symlink(c.StorePath, link))
	for _, path := range []string{c.StorePath, link} {
		again, err := BuildClosure(t.Context(), Request{Name: "kdev", File: path}, (&events{}).sink)
		assert.NilError(t, err)
		assert.DeepEqual(t, again, c)
	}
}

func TestClosureWithoutBootspec(t *testing.T) {
	needNix(t)
	c, _, err := closureOf(t, "touch init initrd kernel; echo quiet root=x > kernel-params")
	assert.NilError(t, err)
	assert.DeepEqual(t, c, Closure{
		StorePath: c.StorePath, Init: c.StorePath + "/init", Initrd: c.StorePath + "/initrd",
		Kernel: c.StorePath + "/kernel", KernelParams: []string{"quiet", "root=x"},
	})
}

func TestClosureRefused(t *testing.T) {
	needNix(t)
	cases := []struct{ name, script, want string }{
		{"bootspec of another version", `echo '{"org.nixos.bootspec.v2": {}}' > boot.json`,
			"boot.json has org.nixos.bootspec.v2, and vmprov reads org.nixos.bootspec.v1 only"},
		{"no bootspec", `echo '{}' > boot.json`, "boot.json has no bootspec"},
		{"broken bootspec", `echo 'x' > boot.json`, "boot.json: invalid character"},
		{"no initrd named", `touch init; echo "{\"org.nixos.bootspec.v1\": {\"init\": \"$out/init\"}}" > boot.json`, "it has no initrd (boot.json names none"},
		{"initrd gone", "touch init", "/initrd is not there"},
		{"no init", "touch initrd", "/init is not there"},
		{"initrd out of the store", "touch init; ln -s /etc/passwd initrd", "its initrd: "},
		{"a folder for an initrd", "touch init; mkdir initrd", "is no plain file"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, seen, err := closureOf(t, tc.script)
			assert.ErrorContains(t, err, tc.want)
			assert.Assert(t, strings.HasPrefix(err.Error(), "read closure /nix/store/"), err.Error())
			assert.Assert(t, seen.all[len(seen.all)-1].Kind == event.Failed)
		})
	}
	for path, want := range map[string]string{
		"/nowhere":  "read closure /nowhere: it does not exist (build it anew, or mend the path in the file)",
		t.TempDir(): "which is no store path, so that no GC root can hold it",
	} {
		_, err := ReadClosure(path)
		assert.ErrorContains(t, err, want)
	}
}

func TestClosureOfAFlakeThatHasNone(t *testing.T) {
	needNix(t)
	_, err := BuildClosure(t.Context(), Request{Name: "kdev", Flake: flake(t, t.TempDir())}, (&events{}).sink)
	assert.ErrorContains(t, err, "build closure kdev: ")
	assert.ErrorContains(t, err, toplevel)
}
