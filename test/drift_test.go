// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
	"libvirt.org/go/libvirtxml"
)

// edited is two guests; a is the one that is changed by hand.
const edited = `guests:
  a: {memory: MEMORY, disks: [{name: log, size: 16MiB}, {name: scratch, bus: nvme, size: 16MiB}]}
  b: {memory: MEMORY}
`

// configureEdited writes the configuration of edited with this much memory.
func (p *project) configureEdited(t *testing.T, memory string) {
	t.Helper()
	p.configureIdle(t, strings.ReplaceAll(edited, "MEMORY", memory))
}

// editByHand takes memory and a disk from guest a, as an administrator would.
func (p *project) editByHand(t *testing.T) {
	t.Helper()
	virsh(t, "setmem", p.domain("a"), "100M", "--config")
	virsh(t, "detach-disk", p.domain("a"), "vdb", "--config")
}

func TestHandEditIsSaidAndLeft(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configureEdited(t, "128MiB")
	p.must(t, "up")
	written := p.dumpXML(t, "a", "--inactive")
	p.editByHand(t)
	byHand := p.dumpXML(t, "a", "--inactive")

	plan := p.must(t, "plan")
	assert.Assert(t, cmp.Contains(plan, `a: unchanged
  note: changed by hand: currentMemory: 131072 -> 102400 KiB
  note: changed by hand: disk log (vdb) removed
  note: nothing is undone without `+"`--restore`\nb: unchanged\n"))
	assert.Assert(t, cmp.Contains(p.must(t, "status"), "a: changed by hand: currentMemory: 131072 -> 102400 KiB, disk log (vdb) removed\n"))

	said := p.vmprov(t, "up").Assert(t, icmd.Success)
	assert.Assert(t, cmp.Contains(said.Stderr(), "a: changed by hand: disk log (vdb) removed\n"))
	assert.Equal(t, p.dumpXML(t, "a", "--inactive"), byHand, "up undid a hand edit")

	// A start takes up what the host has new, but not against a hand edit.
	p.must(t, "stop", "a")
	p.must(t, "up", "a")
	assert.Equal(t, withoutMark(p.dumpXML(t, "a", "--inactive")), withoutMark(byHand), "a start undid a hand edit")

	// A recycle would undo it, and refuses that one guest.
	refused := p.vmprov(t, "recycle")
	refused.Assert(t, icmd.Expected{ExitCode: 1, Err: "guest `a`: its definition was changed by hand, which a recycle would undo (`vmprov up --restore a` first)"})
	assert.DeepEqual(t, p.rootOverlays(t, "a"), []int{1})
	assert.DeepEqual(t, p.rootOverlays(t, "b"), []int{2})

	restored := p.vmprov(t, "up", "--restore").Assert(t, icmd.Success)
	assert.Assert(t, cmp.Contains(restored.Stderr(), "a: undoes the change by hand: disk log (vdb) removed\n"))
	assert.Equal(t, withoutMark(p.dumpXML(t, "a", "--inactive")), withoutMark(written))
	assert.Assert(t, !strings.Contains(p.must(t, "plan"), "by hand"))
}

// TestHandEditBlocksItsGuestOnly: where the declaration changed too, neither
// side wins by itself, and the other guests go on.
func TestHandEditBlocksItsGuestOnly(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configureEdited(t, "128MiB")
	p.must(t, "up")
	p.editByHand(t)
	byHand := p.dumpXML(t, "a", "--inactive")
	p.configureEdited(t, "160MiB")

	for _, command := range []string{"plan", "up"} {
		result := p.vmprov(t, command)
		said := result.Combined()
		for _, want := range []string{
			"memory: 128MiB -> 160MiB (next boot)", "changed by hand: disk log (vdb) removed",
			"its definition was changed by hand and its spec changed too",
		} {
			assert.Check(t, cmp.Contains(said, want), command)
		}
	}
	p.vmprov(t, "up").Assert(t, icmd.Expected{ExitCode: 1})
	assert.Equal(t, p.dumpXML(t, "a", "--inactive"), byHand)
	assert.Equal(t, p.domainXML(t, "b", "--inactive").Memory.Value, uint(160<<10))

	p.must(t, "up", "--restore")
	a := p.domainXML(t, "a", "--inactive")
	assert.Equal(t, a.CurrentMemory.Value, uint(160<<10))
	assert.Equal(t, len(a.Devices.Disks), 3)
}

// withoutMark is a domain's XML without vmprov's mark, whose wanted state and
// spec change with a command that leaves the definition alone. Its lines are
// sorted: libvirt puts the controllers of a redefined domain in another order.
func withoutMark(domainXML string) string {
	before, rest, _ := strings.Cut(domainXML, "<metadata>")
	_, after, _ := strings.Cut(rest, "</metadata>")
	lines := strings.Split(before+after, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestOrphanIsListedAndLeft(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	const one = "guests:\n  a: {}\n"
	p.configureIdle(t, one+"  b: {disks: [{name: data, size: 16MiB}]}\n")
	p.must(t, "up")
	pids := p.pid(t, "a") + " " + p.pid(t, "b")
	p.configureIdle(t, one)

	const note = "guest `b` is no longer in the file and is left alone (`vmprov up --remove-orphans` removes it)"
	assert.Assert(t, cmp.Contains(p.must(t, "plan"), "note: "+note+"\n"))
	assert.Assert(t, cmp.Contains(p.must(t, "status"), "b: no longer in the file (`vmprov up --remove-orphans` removes it)\n"))
	said := p.vmprov(t, "up").Assert(t, icmd.Success)
	assert.Assert(t, cmp.Contains(said.Stderr(), note))
	said = p.vmprov(t, "recycle").Assert(t, icmd.Success)
	assert.Assert(t, cmp.Contains(said.Stderr(), note))
	assert.Equal(t, p.pid(t, "b"), strings.Fields(pids)[1], "an orphan was touched")
	assert.DeepEqual(t, p.rootOverlays(t, "b"), []int{1})

	p.must(t, "up", "--remove-orphans")
	assert.Assert(t, !slices.Contains(strings.Fields(virsh(t, "list", "--all", "--name")), p.domain("b")))
	assert.Equal(t, p.state(t, "a"), "running")
	for _, name := range p.volumes(t) {
		assert.Check(t, strings.HasPrefix(name, p.domain("a")+"."), "left of b: %s", name)
	}
	// The running network knows it until its address is given to another.
	var definition libvirtxml.Network
	assert.NilError(t, definition.Unmarshal(virsh(t, "net-dumpxml", "--inactive", p.network("default"))))
	for _, host := range definition.IPs[0].DHCP.Hosts {
		assert.Check(t, host.Name != "b", "b has its address still")
	}
	assert.Check(t, !strings.Contains(p.must(t, "status"), "b "))
}
