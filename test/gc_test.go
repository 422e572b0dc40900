// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"vmprov/internal/config"
	"vmprov/internal/run"
	"vmprov/internal/state"
)

// TestGC has a guest that runs, and around it what others left and what is not
// the project's.
func TestGC(t *testing.T) {
	p := newProject(t)
	p.configure(t, "guests:\n  a: {ready: [running], disks: [{name: data, size: 64MiB}]}\n")
	p.must(t, "up")
	nothing := p.must(t, "gc")
	assert.Assert(t, cmp.Equal(nothing, p.Name+": no garbage\n"))
	l := p.leaveThings(t)
	guest, stay := p.footprint(t, "a"), l.look(t)

	t.Run("another project at work", func(t *testing.T) {
		// gc-2a08-gone may be guest 2a08-gone of project gc.
		other, _, _ := strings.Cut(p.Name, "-")
		lock, err := state.Acquire(t.Context(), "qemu:///system", other, 0)
		assert.NilError(t, err)
		defer func() { assert.Check(t, lock.Release()) }()
		for _, item := range p.gc(t, "--dry-run", "--disks").Items {
			assert.Check(t, item.Pool == "" || item.Kept != "", "%+v", item)
		}
	})
	t.Run("dry run", func(t *testing.T) {
		before := p.objects(t)
		result := p.gc(t, "--dry-run")
		assert.Check(t, cmp.DeepEqual(l.sorted(result, func(i run.GCItem) bool { return i.Kept == "" }), l.garbage))
		assert.Check(t, cmp.DeepEqual(p.objects(t), before), "a dry run changed something")
	})
	t.Run("garbage", func(t *testing.T) {
		result := p.gc(t)
		assert.Check(t, cmp.DeepEqual(l.sorted(result, func(i run.GCItem) bool { return i.Deleted }), l.garbage))
		assert.Check(t, cmp.DeepEqual(l.sorted(result, func(i run.GCItem) bool { return i.Kept != "" }), l.kept))
		assert.Check(t, result.DeletedBytes >= 192<<10, "a qcow2 file has 192 KiB: %d", result.DeletedBytes)
		for name := range l.garbage {
			assert.Check(t, !exists(l.path(name)), name)
		}
	})
	t.Run("data disks", func(t *testing.T) {
		result := p.gc(t, "--disks")
		assert.Check(t, cmp.DeepEqual(l.sorted(result, func(i run.GCItem) bool { return i.Deleted }), map[string]string{
			p.Name + "-gone.data.qcow2": "data disk", l.tpm: "TPM state",
		}))
		assert.Check(t, !exists(l.tpm))
	})
	assert.Check(t, cmp.DeepEqual(p.footprint(t, "a"), guest), "the guest was touched")
	assert.Check(t, cmp.DeepEqual(l.look(t), stay), "what is not garbage was touched")

	t.Run("of a guest undefined by hand", func(t *testing.T) {
		l.remove(t)
		virsh(t, "destroy", p.domain("a"))
		virsh(t, "undefine", p.domain("a"))
		result := p.gc(t, "--disks")
		for _, item := range result.Items {
			assert.Check(t, item.Deleted, "%+v", item)
		}
		assert.Check(t, !exists(p.path("pool")), "the pool is empty, and vmprov's")
		assert.Check(t, cmp.Equal(len(p.roots(t)), 0))
	})
}

// gc is what the command says as JSON.
func (p *project) gc(t *testing.T, args ...string) run.GCResult {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(p.must(t, append([]string{"gc", "--json"}, args...)...)), "\n")
	var last struct{ Summary run.GCResult }
	assert.NilError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &last))
	return last.Summary
}

// leftThings are what a guest that is gone left, and what is not garbage.
type leftThings struct {
	*project
	tpm, foreign string
	// garbage and kept are kinds by name; stays are paths of what is nobody's
	// business.
	garbage, kept map[string]string
	stays         []string
}

func (p *project) leaveThings(t *testing.T) *leftThings {
	t.Helper()
	gone, pool := p.Name+"-gone", poolAt(t, p.path("pool"))
	stateFolder := p.path("state/vmprov/projects", p.Name)
	l := &leftThings{project: p, foreign: "foreign-" + p.Name, tpm: "/var/lib/libvirt/swtpm/" + config.DomainUUID(p.Name, "gone")}
	l.garbage = map[string]string{
		gone + ".root.3.qcow2":                         "root disk",
		p.Name + "-a.root.9.qcow2":                     "root disk", // of no mark
		gone + ".console.log":                          "console log",
		gone + ".console.log.0":                        "console log",
		gone + ".hostkey":                              "host key",
		gone + ".kernel.0123456789ab":                  "kernel",
		"/nix/store/0000-not-there":                    "GC root",
		"gone":                                         "known host",
		filepath.Join(stateFolder, "ssh_config.gone"):  "ssh config",
		filepath.Join(stateFolder, "build-former.log"): "build log",
		"/run/vmprov/" + p.Name + "/former":            "read-only view",
	}
	l.kept = map[string]string{
		gone + ".data.qcow2":       "data disk",
		p.Name + "-l.root.1.qcow2": "root disk", // a link
		p.Name + "-o.root.1.qcow2": "root disk", // open
		l.tpm:                      "TPM state",
		"/var/lib/libvirt/qemu/nvram/" + gone + "_VARS.fd": "firmware variables",
	}
	for _, name := range []string{gone + ".root.3.qcow2", p.Name + "-a.root.9.qcow2", gone + ".data.qcow2", p.Name + "-x.root.1.qcow2"} {
		virsh(t, "vol-create-as", pool, name, "1M", "--format", "qcow2")
	}
	for _, name := range []string{".console.log", ".console.log.0", ".hostkey", ".kernel.0123456789ab"} {
		writeFile(t, p.path("pool", gone+name), "left\n")
	}
	// Not garbage: a link, a file that is open, one of a domain without a mark,
	// names that are none of the project's, and logs of the guest.
	writeFile(t, p.path("victim"), "mine\n")
	assert.NilError(t, os.Symlink(p.path("victim"), p.path("pool", p.Name+"-l.root.1.qcow2")))
	open, err := os.Create(p.path("pool", p.Name+"-o.root.1.qcow2"))
	assert.NilError(t, err)
	t.Cleanup(func() { open.Close() })
	define(t, "define", fmt.Sprintf(`<domain type='qemu'><name>%s</name><memory unit='MiB'>16</memory>
		<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><disk type='file' device='disk'>
		<driver name='qemu' type='qcow2'/><source file='%s'/><target dev='vda'/></disk></devices></domain>`,
		l.foreign, p.path("pool", p.Name+"-x.root.1.qcow2")), "undefine", l.foreign)
	for _, name := range []string{"notes.txt", "other-gone.root.1.qcow2", gone + ".root.3.qcow2.bak", p.Name + "-a.console.log.0"} {
		writeFile(t, p.path("pool", name), "mine\n")
		l.stays = append(l.stays, p.path("pool", name))
	}
	l.stays = append(l.stays, p.path("victim"), p.path("pool", p.Name+"-x.root.1.qcow2"), open.Name())

	assert.NilError(t, os.Symlink("/nix/store/0000-not-there", p.path("state/vmprov/gcroots", p.Name, "old")))
	for _, name := range []string{"ssh_config.gone", "ssh_config.a", "build-former.log", "build-devel.log"} {
		writeFile(t, filepath.Join(stateFolder, name), "left\n")
	}
	key := strings.Join(strings.Fields(readFile(t, filepath.Join(stateFolder, "id_ed25519.pub")))[:2], " ")
	writeFile(t, filepath.Join(stateFolder, "known_hosts"), "gone."+p.Name+".1.born "+key+"\nmine.example "+key+"\n")
	l.stays = append(l.stays, filepath.Join(stateFolder, "ssh_config.a"), filepath.Join(stateFolder, "build-devel.log"))

	view := filepath.Join("/run/vmprov", p.Name, "former")
	assert.NilError(t, os.MkdirAll(view, 0o755))
	assert.NilError(t, syscall.Mount(p.path("share"), view, "", syscall.MS_BIND, ""))
	// As libvirt makes it: the TPM of a guest beside this test has to get through.
	assert.NilError(t, os.MkdirAll(filepath.Dir(l.tpm), 0o711))
	assert.NilError(t, os.MkdirAll(filepath.Join(l.tpm, "tpm2"), 0o700))
	writeFile(t, filepath.Join(l.tpm, "tpm2/tpm2-00.permall"), "sealed")
	nvram := "/var/lib/libvirt/qemu/nvram"
	assert.NilError(t, os.MkdirAll(nvram, 0o755))
	writeFile(t, filepath.Join(nvram, gone+"_VARS.fd"), "variables")
	return l
}

// path is where a thing of that name is.
func (l *leftThings) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return l.project.path("pool", name)
}

// sorted are the kinds of items by name.
func (l *leftThings) sorted(r run.GCResult, pick func(run.GCItem) bool) map[string]string {
	found := map[string]string{}
	for _, item := range r.Items {
		if pick(item) {
			found[item.Name] = item.Kind
		}
	}
	return found
}

// look sees what has to stay.
func (l *leftThings) look(t *testing.T) map[string]string {
	t.Helper()
	seen := map[string]string{"domain": virsh(t, "dumpxml", l.foreign)}
	for _, path := range l.stays {
		st := statOf(t, path)
		seen[path] = fmt.Sprint(st.UID, st.GID, st.Mode, readFile(t, path))
	}
	known := readFile(t, l.project.path("state/vmprov/projects", l.Name, "known_hosts"))
	seen["known_hosts"] = known[strings.Index(known, "mine.example"):]
	return seen
}

// remove takes away what a garbage collection leaves.
func (l *leftThings) remove(t *testing.T) {
	t.Helper()
	virsh(t, "undefine", l.foreign)
	for _, path := range append(l.stays, l.project.path("pool", l.Name+"-l.root.1.qcow2"), "/var/lib/libvirt/qemu/nvram/"+l.Name+"-gone_VARS.fd") {
		assert.NilError(t, os.RemoveAll(path))
	}
}
