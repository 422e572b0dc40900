// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
)

// runningGuest is one guest, which needs no boot to be refused.
const runningGuest = "guests:\n  a: {ready: [running], disks: [{name: data, size: 64MiB}]}\n"

// TestForeignNames refuses what has a name that vmprov wants and is not its own.
func TestForeignNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		// make puts the foreign object there and gives the name that the refusal has to tell.
		make func(t *testing.T, p *project) string
	}{
		{"domain", func(t *testing.T, p *project) string { return defineDomain(t, p.domain("a")) }},
		{"network", func(t *testing.T, p *project) string { return defineNetwork(t, p.network("default")) }},
		{"root volume", func(t *testing.T, p *project) string { return makeVolume(t, p, p.domain("a")+".root.1.qcow2") }},
		{"data volume", func(t *testing.T, p *project) string { return makeVolume(t, p, p.domain("a")+".data.qcow2") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newProject(t)
			p.configure(t, runningGuest)
			p.must(t, "build") // so that nothing but a refusal is left to see
			name := tc.make(t, p)
			p.refuses(t, name, "up")
		})
	}
}

// TestForeignFileInNewPool: a file that lies in the folder of a pool before the
// pool is made, with the name of a disk, stays what it is.
func TestForeignFileInNewPool(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, runningGuest)
	name := p.domain("a") + ".data.qcow2"
	assert.NilError(t, os.Mkdir(p.path("pool"), 0o711))
	writeFile(t, p.path("pool", name), "somebody's")

	result := p.vmprov(t, "up")
	assert.Check(t, cmp.Equal(result.ExitCode, 1), "%s", result)
	assert.Check(t, cmp.Contains(result.Stderr(), "volume `"+name+"` exists in pool"))
	p.must(t, "destroy", "--yes")
	kept, err := os.ReadFile(p.path("pool", name))
	assert.NilError(t, err)
	assert.Equal(t, string(kept), "somebody's")
	assert.NilError(t, os.Remove(p.path("pool", name)))
	p.must(t, "up") // nothing is in the way any more
	p.must(t, "destroy", "--yes")
}

// refuses runs a command that must name an object and change nothing.
func (p *project) refuses(t *testing.T, name string, args ...string) {
	t.Helper()
	before := p.objects(t)
	result := p.vmprov(t, args...)
	assert.Check(t, cmp.Equal(result.ExitCode, 1), "%s", result)
	assert.Check(t, cmp.Contains(result.Stderr(), "`"+name+"`"), "the refusal does not name the object")
	assert.Check(t, cmp.DeepEqual(p.objects(t), before))
}

// objects is the XML of all domains and networks whose names begin with the
// project's, and the owners and modes of the files in its pool. What a running
// guest writes into them is no change.
func (p *project) objects(t *testing.T) map[string]string {
	t.Helper()
	seen := map[string]string{}
	for kind, verbs := range map[string][2]string{
		"domain": {"list", "dumpxml"}, "network": {"net-list", "net-dumpxml"},
	} {
		for _, name := range strings.Fields(virsh(t, verbs[0], "--all", "--name")) {
			if strings.HasPrefix(name, p.Name) {
				seen[kind+" "+name] = virsh(t, verbs[1], name)
			}
		}
	}
	files, err := filepath.Glob(p.path("pool", "*"))
	assert.NilError(t, err)
	for _, file := range files {
		st := statOf(t, file)
		seen["file "+file] = fmt.Sprint(st.UID, st.GID, st.Mode)
	}
	return seen
}

// defineDomain defines a domain that is nobody's for the length of the test.
func defineDomain(t *testing.T, name string) string {
	t.Helper()
	define(t, "define", fmt.Sprintf(`<domain type='qemu'><name>%s</name><memory unit='MiB'>16</memory>
		<os><type arch='x86_64' machine='q35'>hvm</type></os></domain>`, name), "undefine", name)
	return name
}

// defineNetwork defines a network that is nobody's.
func defineNetwork(t *testing.T, name string) string {
	t.Helper()
	define(t, "net-define", fmt.Sprintf("<network><name>%s</name></network>", name), "net-undefine", name)
	return name
}

// define defines an object from its XML, and removes it when the test ends.
func define(t *testing.T, verb, xml, undo, name string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "object.xml")
	writeFile(t, file, xml)
	virsh(t, verb, file)
	t.Cleanup(func() { icmd.RunCommand("virsh", "-q", "-c", "qemu:///system", undo, name) })
}

// makeVolume makes a volume in a pool that is nobody's, and lets the project use that pool.
func makeVolume(t *testing.T, p *project, name string) string {
	t.Helper()
	pool := p.Name + "-pool"
	assert.NilError(t, os.Mkdir(p.path("pool"), 0o711))
	virsh(t, "pool-create-as", pool, "dir", "--target", p.path("pool"))
	virsh(t, "vol-create-as", pool, name, "1M", "--format", "qcow2")
	t.Cleanup(func() {
		virsh(t, "vol-delete", name, "--pool", pool)
		virsh(t, "pool-destroy", pool)
		assert.Check(t, os.Remove(p.path("pool")), "something is left in the foreign pool")
	})
	p.configureAll(t, strings.Replace(head, "{path: ./pool}", pool, 1)+runningGuest)
	return name
}

// TestProjectsWhoseNamesMeet has guest b-c of project P and guest c of project
// P-b, and the same project in two files.
func TestProjectsWhoseNamesMeet(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, strings.ReplaceAll(runningGuest, " a:", " b-c:"))
	p.must(t, "up")

	t.Run("other project", func(t *testing.T) {
		p := *p
		p.configureAll(t, strings.Replace(head, "{{.Name}}", "{{.Name}}-b", 1)+strings.ReplaceAll(runningGuest, " a:", " c:"))
		p.must(t, "build")
		p.refuses(t, p.domain("b-c"), "up")
		nothing := p.must(t, "destroy", "--yes")
		assert.Check(t, cmp.Contains(nothing, "nothing to destroy"))
	})
	t.Run("other file", func(t *testing.T) {
		assert.NilError(t, os.Mkdir(p.path("copy"), 0o755))
		p.configure(t, strings.ReplaceAll(runningGuest, " a:", " b-c:"))
		writeFile(t, p.path("copy", "vmprov.yaml"), strings.ReplaceAll(readFile(t, p.path("vmprov.yaml")), "./", "../"))
		p.refuses(t, p.Name, "up", "./copy")
		p.refuses(t, p.Name, "recycle", "./copy")
		assert.Check(t, cmp.Equal(p.must(t, "plan"), "b-c: unchanged\n"), "the project's own file is refused too")
	})
}
