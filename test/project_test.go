// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/template"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
	"gotest.tools/v3/skip"
)

// project is a vmprov project of one test, in a folder of its own that every
// user may enter:
//
//	vmprov.yaml   the configuration, see configure
//	image/        a copy of the quickstart flake, see rebuildImage
//	pool/         the storage pool, made and removed by vmprov
//	share/        a folder for shares
//	state/        XDG_STATE_HOME
type project struct {
	Name string
	Dir  string
}

// newProject makes a project whose name no other test has. When the test ends
// it is destroyed, and what is left of it fails the test.
func newProject(t *testing.T) *project {
	t.Helper()
	dir, err := os.MkdirTemp("", "e2e.")
	assert.NilError(t, err)
	p := &project{Name: projectName(t.Name()), Dir: dir}
	t.Cleanup(func() { p.end(t) })
	assert.NilError(t, os.Chmod(dir, 0o755))
	// virtiofsd writes as the guest's user, who is root.
	assert.NilError(t, os.Mkdir(p.path("share"), 0o755))
	assert.NilError(t, os.CopyFS(p.path("image"), os.DirFS(filepath.Join(suite.source, "examples/quickstart"))))
	return p
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// projectName is short, as libvirt cuts file names of guests at 20 characters,
// and no name is the beginning of another one.
func projectName(test string) string {
	sum := sha256.Sum256([]byte(test))
	word := notInNames.ReplaceAllString(strings.ToLower(strings.TrimPrefix(test, "Test")), "")
	return fmt.Sprintf("%.8s-%s", word, hex.EncodeToString(sum[:2]))
}

// end destroys the project and looks for leaks. A failed test first shows what
// there is to see.
func (p *project) end(t *testing.T) {
	if t.Failed() {
		p.show(t)
		if keepFailed() {
			t.Logf("kept (VMPROV_KEEP_FAILED): project %s in %s", p.Name, p.Dir)
			return
		}
	}
	p.vmprov(t, "destroy", "--project", p.Name, "--yes").Assert(t, icmd.Success)
	p.noLeaks(t)
	assert.Check(t, os.RemoveAll(p.Dir))
}

// path is a file of the project's folder.
func (p *project) path(elem ...string) string {
	return filepath.Join(append([]string{p.Dir}, elem...)...)
}

// head is what every configuration begins with.
const head = `project: {{.Name}}
pool: {path: ./pool}
images:
  devel: {{.Image}}
defaults: {image: devel, cpus: 1, memory: 256MiB, readyTimeout: 2m}
`

// Image is the guests' image in the words of vmprov.yaml: the quickstart flake,
// or the ready image that the suite was given.
func (p *project) Image() string {
	if suite.image != "" {
		return "{file: " + suite.image + "}"
	}
	return "{flake: ./image}"
}

// needsNix skips a test of what nix builds where a ready image stands in for it.
func needsNix(t *testing.T) {
	t.Helper()
	skip.If(t, suite.image != "", "it needs an image that nix builds (VMPROV_IMAGE is set)")
}

// configure writes vmprov.yaml: the head, then body. Both are templates with
// the project as their dot ({{.Name}}, {{.Dir}}).
func (p *project) configure(t *testing.T, body string) {
	t.Helper()
	p.configureAll(t, head+body)
}

// configureAll writes vmprov.yaml from a template without the head.
func (p *project) configureAll(t *testing.T, text string) {
	t.Helper()
	tmpl, err := template.New("vmprov.yaml").Option("missingkey=error").Parse(text)
	assert.NilError(t, err)
	var b strings.Builder
	assert.NilError(t, tmpl.Execute(&b, p))
	assert.NilError(t, os.WriteFile(p.path("vmprov.yaml"), []byte(b.String()), 0o644))
}

// rebuildImage makes the next build another image, whose /etc/version says
// version in the guest. The same version in two tests is the same image.
func (p *project) rebuildImage(t *testing.T, version string) {
	t.Helper()
	assert.NilError(t, os.WriteFile(p.path("image", "version"), []byte(version+"\n"), 0o644))
}

// domain is the libvirt name of a guest.
func (p *project) domain(guest string) string { return p.Name + "-" + guest }

// network is the libvirt name of one of the project's own networks; `default`
// is made for a file that declares none.
func (p *project) network(name string) string { return p.Name + "-" + name }
