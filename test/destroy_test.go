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

// TestDestroyLeavesNothing destroys a project beside objects of others whose
// names begin as its own do.
func TestDestroyLeavesNothing(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, `guests:
  a:
    disks:
      - {name: data, bus: nvme, size: 64MiB}
    shares:
      - {tag: share, source: ./share, target: /mnt/share}
  b: {ready: [running]}
`)
	p.must(t, "up")
	p.ssh(t, "a", "echo results >/mnt/share/results")
	p.must(t, "stop", "b")
	f := makeForeign(t, p)
	before := f.look(t)

	t.Run("one guest", func(t *testing.T) { destroysOneGuest(t, p) })

	p.must(t, "destroy", "--yes")
	assert.Check(t, cmp.DeepEqual(f.look(t), before), "a foreign object was touched")
	p.noLeaks(t, f.objects()...)
	assert.Check(t, cmp.Equal(readFile(t, p.path("share", "results")), "results\n"), "a share's content is the user's")

	again := p.vmprov(t, "destroy", "--yes").Assert(t, icmd.Success)
	assert.Check(t, cmp.Contains(again.Stdout(), "nothing to destroy"))
	assert.Check(t, cmp.DeepEqual(f.look(t), before))

	// The pool is vmprov's own; it stayed for the volume that is not.
	f.remove(t)
	p.must(t, "destroy", "--yes")
	p.noLeaks(t)
}

// destroysOneGuest destroys b; a does not notice.
func destroysOneGuest(t *testing.T, p *project) {
	before := p.footprint(t, "a")
	address := p.address(t, "a")
	p.must(t, "destroy", "b", "--yes")
	assert.Check(t, cmp.DeepEqual(p.footprint(t, "a"), before))
	assert.Check(t, cmp.Equal(p.address(t, "a"), address))
	left, err := p.leaks()
	assert.NilError(t, err)
	for _, object := range left {
		assert.Check(t, !strings.Contains(object, p.domain("b")), "left of b: %s", object)
	}
	// The running network goes on to know b's MAC, until its address is another's.
	hosts := virsh(t, "net-dumpxml", "--inactive", p.network("default"))
	assert.Check(t, !strings.Contains(hosts, "name='b'"), "b's address is still reserved:\n%s", hosts)
}

// foreign is what somebody else has beside a project.
type foreign struct{ domain, network, pool, volume, file string }

func makeForeign(t *testing.T, p *project) *foreign {
	t.Helper()
	f := &foreign{
		domain: p.Name + "-c", network: p.Name + "-lab", pool: poolAt(t, p.path("pool")), volume: p.Name + "-a.other.qcow2",
		file: p.path("pool", "notes.txt"),
	}
	t.Cleanup(func() { f.remove(t) })
	defineDomain(t, f.domain)
	defineNetwork(t, f.network)
	virsh(t, "vol-create-as", f.pool, f.volume, "1M", "--format", "qcow2")
	writeFile(t, f.file, "mine\n")
	return f
}

// remove takes the objects away; those that are gone are no fault here.
func (f *foreign) remove(t *testing.T) {
	t.Helper()
	if f.domain == "" {
		return
	}
	for _, args := range [][]string{
		{"undefine", f.domain}, {"net-destroy", f.network}, {"net-undefine", f.network}, {"vol-delete", f.volume, "--pool", f.pool},
	} {
		icmd.RunCommand("virsh", append([]string{"-q", "-c", "qemu:///system"}, args...)...)
	}
	assert.Check(t, os.RemoveAll(f.file))
	*f = foreign{}
}

// look is all that can be seen of the objects.
func (f *foreign) look(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		"domain":       virsh(t, "dumpxml", f.domain),
		"network":      virsh(t, "net-dumpxml", f.network),
		"volume":       readFile(t, filepath.Join(filepath.Dir(f.file), f.volume)),
		"volume owner": fmt.Sprint(statOf(t, filepath.Join(filepath.Dir(f.file), f.volume))),
		"file":         readFile(t, f.file),
	}
}

// objects are the same in the words of leaks, with what libvirt has for them.
func (f *foreign) objects() []string {
	pool := filepath.Dir(f.file)
	return []string{
		"domain " + f.domain, "file /etc/libvirt/qemu/" + f.domain + ".xml",
		"network " + f.network, "file /etc/libvirt/qemu/networks/" + f.network + ".xml",
		"pool " + f.pool + " in " + pool, "file " + pool, "file " + f.file, "file " + filepath.Join(pool, f.volume),
	}
}

// TestDestroyProject removes a project whose files are gone: libvirt has all
// that is needed. The project is in the default pool.
func TestDestroyProject(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	config := strings.Replace(head, "pool: {path: ./pool}\n", "", 1) + `guests:
  a:
    ready: [running]
    disks:
      - {name: data, bus: virtio, size: 64MiB}
`
	for _, gone := range []string{"vmprov.yaml", "state"} {
		t.Run("without "+gone, func(t *testing.T) {
			p.configureAll(t, config)
			p.must(t, "up")
			assert.NilError(t, os.RemoveAll(p.path(gone)))

			p.must(t, "destroy", "--project", p.Name, "--yes")
			p.noLeaks(t)
			again := p.must(t, "destroy", "--project", p.Name, "--yes")
			assert.Check(t, cmp.Contains(again, "nothing to destroy"))
		})
	}
}

// TestDestroyAsks destroys nothing where nobody can say yes.
func TestDestroyAsks(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, "guests:\n  a: {ready: [running]}\n")
	p.must(t, "up")
	before := p.footprint(t, "a")

	refused := p.vmprov(t, "destroy")
	assert.Check(t, cmp.Equal(refused.ExitCode, 2), "%s", refused)
	assert.Check(t, cmp.DeepEqual(p.footprint(t, "a"), before))
}

// poolAt is the name of the pool in a folder.
func poolAt(t *testing.T, folder string) string {
	t.Helper()
	host, err := observeHost()
	assert.NilError(t, err)
	for object := range host {
		if name, ok := strings.CutSuffix(strings.TrimPrefix(object, "pool "), " in "+folder); ok {
			return name
		}
	}
	t.Fatalf("no pool is in %s", folder)
	return ""
}
