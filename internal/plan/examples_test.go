// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/guest"
	"vmprov/internal/virt"
)

// examples are the folders of examples, each with its configuration loaded.
func examples(t *testing.T) map[string]*config.File {
	t.Helper()
	paths, err := filepath.Glob("../../examples/*/" + config.DefaultFile)
	assert.NilError(t, err)
	assert.Assert(t, len(paths) > 0)
	out := map[string]*config.File{}
	for _, path := range paths {
		file, err := config.Load(path)
		assert.NilError(t, err)
		out[filepath.Base(filepath.Dir(path))] = file
	}
	return out
}

// TestExamplesRender: every guest of every example becomes a domain that
// libvirt's schema takes, on a host with libvirt 9.0, where NVMe is an override.
func TestExamplesRender(t *testing.T) {
	for _, tool := range []string{"virt-xml-validate", "xmllint"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("NOT VALIDATED: %s is missing; install libvirt-clients and libxml2-utils", tool)
		}
	}
	host := equipped()
	host.LibVersion, host.QEMUVersion, host.NativeNVMe, host.ReadOnlyVirtioFS = 9000000, 7002000, false, false
	for name, file := range examples(t) {
		t.Run(name, func(t *testing.T) {
			for guest, text := range renderFile(t, file, host) {
				path := filepath.Join(t.TempDir(), guest+".xml")
				assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
				icmd.RunCommand("virt-xml-validate", path, "domain").Assert(t, icmd.Success)
			}
		})
	}
}

func renderFile(t *testing.T, file *config.File, host virt.Host) map[string]string {
	t.Helper()
	images := map[string]image.Artifact{}
	for name := range file.Images {
		images[name] = built(name, 1)
	}
	ssh := SSH{User: "root", Key: guest.KeyPair{Authorized: "key-ada"}, Authorized: []string{"key-ada"}}
	o := Observed{Pool: emptyPool(), Networks: map[string]ObservedNetwork{}}
	d := NewDesired(file, host, images, ssh, "machine", "v1")
	d.Boots, d.HostKeys = map[string]Boot{}, map[string]guest.HostKey{}
	for _, g := range file.Guests {
		if g.Imageless != nil {
			d.Boots[g.Name], d.HostKeys[g.Name] = bootOf(1, 1), guest.HostKey{Public: "ssh-ed25519 key"}
		}
	}
	out, err := Render(d, o, file.Guests)
	assert.NilError(t, err)
	return out
}

// TestExamplesAreShort: an example says what one sees, in few lines.
func TestExamplesAreShort(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	assert.NilError(t, err)
	for name, file := range examples(t) {
		text, err := os.ReadFile(file.Path)
		assert.NilError(t, err)
		assert.Check(t, strings.HasPrefix(string(text), "# "), "%s begins with what it is for", name)
		code := 0
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(strings.TrimSpace(line), "#") {
				code++
			}
		}
		assert.Check(t, code <= 25, "%s has %d lines besides comments", name, code)
		assert.Check(t, strings.Contains(string(readme), "[`"+name+"`](examples/"+name+"/"), "the README lists %s", name)
	}
}
