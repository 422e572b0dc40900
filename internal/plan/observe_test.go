// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirt"

	"vmprov/internal/virt"
)

// TestObserveTellsApart: what is the project's, what somebody else has, what
// another project with a meeting name has, and what cannot be read.
func TestObserveTellsApart(t *testing.T) {
	w := newWorld(t)
	mine := w.declare("  a: {networks: []}\n")
	other := mine
	other.Project, other.Declared = "p-q", declareFile(t, strings.Replace(head, "project: p", "project: p-q", 1)+"guests:\n  c: {networks: []}\n").Declared
	w.up(mine)
	w.up(other)
	defer w.destroy(mine)
	defer func() { w.must(DiffDestroy(other, w.observe(other), DestroyOptions{Guests: []string{"c"}, All: true})) }()
	defer defineByHand(t, w.client, "p-foreign", "")()
	defer defineByHand(t, w.client, "p-broken", `<metadata><mark xmlns="`+MarkNamespace+`" generation="x"/></metadata>`)()
	defer defineByHand(t, w.client, "p-copy", "<metadata>"+Mark{Project: "p", Guest: "a"}.Encode()+"</metadata>")()

	o := w.observe(mine)
	assert.DeepEqual(t, sortedKeys(o.Guests), []string{"a"})
	assert.DeepEqual(t, o.Broken, []string{"domain `p-broken`: read mark: strconv.ParseInt: parsing \"x\": invalid syntax"})
	for _, name := range []string{"p-q-c", "p-foreign", "p-broken", "p-copy", "test"} {
		assert.Check(t, o.Taken[name] == name, name)
	}
	assert.Check(t, o.Taken["p-a"] == "" && o.Taken[o.Guests["a"].UUID] == "")
	assert.Equal(t, o.Guests["a"].Root.Path, mine.Host.DefaultPoolPath()+"/p-a.root.1.qcow2")
	assert.Equal(t, len(o.Guests["a"].Edited(w.host.LibVersion)), 0)

	marks, err := ObserveMarks(t.Context(), w.client, "p")
	assert.NilError(t, err)
	assert.DeepEqual(t, sortedKeys(marks.Guests), []string{"a"})
	assert.DeepEqual(t, marks.Guests["a"].Mark, o.Guests["a"].Mark)
	assert.DeepEqual(t, marks.Broken, o.Broken)

	// q-c of project p has the domain name of c of project p-q.
	meets := w.declare("  q-c: {networks: []}\n")
	p, err := DiffUp(meets, w.observe(meets), all(meets))
	assert.NilError(t, err)
	assert.Error(t, p.Guest("q-c").Blocked, "domain `p-q-c` exists and is not this project's guest `q-c` (rename the guest or the project)")
}

// defineByHand defines a domain as somebody else would, and gives its end.
func defineByHand(t *testing.T, client *virt.Client, name, metadata string) (undefine func()) {
	t.Helper()
	assert.NilError(t, client.Do(t.Context(), func(conn *libvirt.Connect) error {
		dom, err := conn.DomainDefineXML("<domain type='test'><name>" + name + "</name>" + metadata + "<memory>1024</memory><os><type>hvm</type></os></domain>")
		if err == nil {
			undefine = func() { _ = dom.Undefine(); _ = dom.Free() }
		}
		return err
	}))
	return undefine
}
