// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
)

// Each of these tests ends as newProject says: destroy, and nothing is left.

// pair is two idle guests, so that a command takes less than a second and can
// be cut in many places. A booted guest is cut in
// TestInterruptedRecycleKeepsBothOverlays.
const pair = `guests:
  a: {disks: [{name: data, bus: nvme, size: 16MiB}]}
  b: {}
`

// cutUp are moments of an up that makes everything, in the order of its work.
var cutUp = []struct {
	moment
	signal syscall.Signal
}{
	{moment{"started", "define network", ""}, syscall.SIGKILL},
	{moment{"done", "define network", ""}, syscall.SIGKILL},
	{moment{"done", "make pool", ""}, syscall.SIGINT},
	{moment{"done", "define domain", "a"}, syscall.SIGKILL},
	{moment{"done", "define domain", "a"}, syscall.SIGINT},
	{moment{"done", "create volume", "a"}, syscall.SIGKILL},
	{moment{"started", "commit mark", "a"}, syscall.SIGKILL},
	{moment{"started", "start", "a"}, syscall.SIGKILL},
	{moment{"started", "start", "a"}, syscall.SIGINT},
}

func TestInterruptedUpIsCarriedOnByUp(t *testing.T) {
	t.Parallel()
	for _, tc := range cutUp {
		t.Run(fmt.Sprintf("%s at %s", tc.signal, tc.moment), func(t *testing.T) {
			p := newProject(t)
			p.configureIdle(t, pair)
			p.cut(t, tc.signal, tc.moment, "up")
			p.must(t, "up")
			p.settled(t, 1)
		})
	}
}

// TestInterruptedUpWithItsPoolOff: the pool that a killed up left is stopped,
// as by a restart of the host in which it does not start. What is in it cannot
// be seen then, and the marks list what may not have been made. Beside other
// tests, the destroy of one would remove the pool while it is empty.
func TestInterruptedUpWithItsPoolOff(t *testing.T) {
	for _, m := range []moment{{"done", "define domain", "a"}, {"done", "create volume", "a"}} {
		t.Run(m.String(), func(t *testing.T) {
			p := newProject(t)
			p.configureIdle(t, pair)
			p.cut(t, syscall.SIGKILL, m, "up")
			virsh(t, "pool-destroy", poolAt(t, p.path("pool")))
			p.must(t, "up")
			p.settled(t, 1)
		})
	}
}

func TestInterruptedUpIsRemovedByDestroy(t *testing.T) {
	t.Parallel()
	for _, tc := range cutUp {
		t.Run(fmt.Sprintf("%s at %s", tc.signal, tc.moment), func(t *testing.T) {
			p := newProject(t)
			p.configureIdle(t, pair)
			p.cut(t, tc.signal, tc.moment, "up")
		})
	}
}

// cutRecycle are moments of a recycle. The next command is that of next.
var cutRecycle = []struct {
	moment
	signal syscall.Signal
	next   string
}{
	{moment{"started", "note the recycle", "a"}, syscall.SIGKILL, "recycle"},
	{moment{"done", "note the recycle", "a"}, syscall.SIGKILL, "recycle"},
	{moment{"started", "shut down", "a"}, syscall.SIGINT, "up"},
	{moment{"done", "shut down", "a"}, syscall.SIGKILL, "up"},
	{moment{"done", "create volume", "a"}, syscall.SIGKILL, "recycle"},
	{moment{"done", "create volume", "a"}, syscall.SIGINT, "up"},
	{moment{"done", "define domain", "a"}, syscall.SIGKILL, "up"},
	{moment{"started", "start", "a"}, syscall.SIGKILL, "recycle"},
	{moment{"done", "start", "a"}, syscall.SIGKILL, "up"},
	{moment{"started", "delete volume", "a"}, syscall.SIGKILL, "recycle"},
	{moment{"done", "delete volume", "a"}, syscall.SIGKILL, "up"},
}

func TestInterruptedRecycleIsCarriedOn(t *testing.T) {
	t.Parallel()
	for _, tc := range cutRecycle {
		t.Run(fmt.Sprintf("%s at %s then %s", tc.signal, tc.moment, tc.next), func(t *testing.T) {
			p := newProject(t)
			p.configureIdle(t, pair)
			p.must(t, "up")
			data := p.inode(t, "a.data.qcow2")
			p.cut(t, tc.signal, tc.moment, "recycle", "a")
			p.must(t, tc.next, "a")
			generation := 2
			if tc.next == "up" && tc.kind == "started" && tc.action == "note the recycle" {
				generation = 1 // it was not begun
			}
			p.settledAt(t, map[string]int{"a": generation, "b": 1})
			assert.Equal(t, p.inode(t, "a.data.qcow2"), data, "the data disk is another one")
		})
	}
}

func TestInterruptedRecycleIsRemovedByDestroy(t *testing.T) {
	t.Parallel()
	for _, m := range []moment{
		{"done", "note the recycle", "a"},
		{"done", "create volume", "a"},
		{"done", "define domain", "a"},
		{"started", "delete volume", "a"},
	} {
		t.Run(m.String(), func(t *testing.T) {
			p := newProject(t)
			p.configureIdle(t, pair)
			p.must(t, "up")
			p.cut(t, syscall.SIGKILL, m, "recycle", "a")
		})
	}
}

func TestInterruptedDestroyIsFinished(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		moment
		signal syscall.Signal
		up     bool // goes between, and makes the guests anew
	}{
		{moment{"done", "note the removal", "a"}, syscall.SIGKILL, true},
		{moment{"done", "stop at once", "a"}, syscall.SIGINT, false},
		{moment{"done", "delete volume", "a"}, syscall.SIGKILL, true},
		{moment{"started", "undefine domain", "a"}, syscall.SIGKILL, false},
		{moment{"started", "remove network", ""}, syscall.SIGKILL, false},
	} {
		t.Run(fmt.Sprintf("%s at %s", tc.signal, tc.moment), func(t *testing.T) {
			p := newProject(t)
			p.configureIdle(t, pair)
			p.must(t, "up")
			p.cut(t, tc.signal, tc.moment, "destroy", "--yes")
			if tc.up {
				p.must(t, "up")
				p.settled(t, 1)
			}
		})
	}
}

// TestUnfinishedPoolIsRemoved: a pool that was defined and got no folder, which
// a kill hits too seldom to be cut there.
func TestUnfinishedPoolIsRemoved(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configureIdle(t, pair)
	p.must(t, "up")
	name := p.domainMark(t, "a", "pool")
	definition := virsh(t, "pool-dumpxml", name)
	p.must(t, "destroy", "--yes")
	writeFile(t, p.path("pool.xml"), definition)
	virsh(t, "pool-define", p.path("pool.xml"))
	p.must(t, "destroy", "--yes")
	p.noLeaks(t)
}

// domainMark is an element's text in a guest's mark.
func (p *project) domainMark(t *testing.T, guest, element string) string {
	t.Helper()
	_, rest, _ := strings.Cut(p.dumpXML(t, guest), "<"+element+">")
	text, _, found := strings.Cut(rest, "</"+element+">")
	assert.Assert(t, found, "no %s in the mark of %s", element, guest)
	return text
}

// TestInterruptedRollbackIsCarriedOn: a guest that does not get ready on its
// new image goes back to the overlay it had, also over a killed command.
func TestInterruptedRollbackIsCarriedOn(t *testing.T) {
	t.Parallel()
	const back = "go back to the overlay it had"
	for _, m := range []moment{
		{"done", back, "a"},
		{"done", "stop at once", "a"},
		{"done", "define domain", "a"},
		{"done", "delete volume", "a"},
	} {
		t.Run(m.String(), func(t *testing.T) {
			p := newProject(t)
			p.configureIdle(t, pair)
			p.must(t, "up")
			had := p.inode(t, "a.root.1.qcow2")
			p.configureIdle(t, `guests:
  a: {image: other, ready: [agent], readyTimeout: 500ms, disks: [{name: data, bus: nvme, size: 16MiB}]}
  b: {}
`)
			p.addImage(t, "other")
			recycle := p.begin(t, "recycle", "--build", "a")
			if m.action != back {
				recycle.reach(moment{"started", back, "a"})
			}
			recycle.cut(syscall.SIGKILL, m)
			p.configureIdle(t, pair)
			p.must(t, "up")
			p.settled(t, 1)
			assert.Equal(t, p.inode(t, "a.root.1.qcow2"), had, "the overlay it had is another one")
		})
	}
}

// TestInterruptedRecycleKeepsBothOverlays: until the guest is ready on its new
// image, the old overlay and the image below it stay, whatever happens.
func TestInterruptedRecycleKeepsBothOverlays(t *testing.T) {
	needsNix(t)
	t.Parallel()
	p := newProject(t)
	p.configure(t, `
guests:
  a:
    disks: [{name: data, size: 16MiB}]
`)
	p.must(t, "up")
	old := storePath(backing(t, p.diskPath(t, "a", "vda")))
	p.ssh(t, "a", "echo kept | dd of=/dev/vdb conv=fsync 2>/dev/null; touch /root/gone")
	p.rebuildImage(t, p.Name)
	p.cut(t, syscall.SIGINT, moment{"started", "wait until ready", "a"}, "recycle", "--build")

	fresh := storePath(backing(t, p.diskPath(t, "a", "vda")))
	assert.Assert(t, fresh != old, "the definition still names the old image")
	assert.DeepEqual(t, p.rootOverlays(t, "a"), []int{1, 2})
	assert.DeepEqual(t, p.roots(t), map[string]bool{old: true, fresh: true})
	assert.Assert(t, strings.Contains(p.must(t, "status"), "a: unfinished: recycle (`vmprov up` carries it on)"))

	p.must(t, "up")
	assert.DeepEqual(t, p.rootOverlays(t, "a"), []int{2})
	assert.DeepEqual(t, p.roots(t), map[string]bool{fresh: true})
	assert.Equal(t, p.ssh(t, "a", "cat /etc/version; head -c 4 /dev/vdb; ls /root/gone 2>&1 | grep -c 'No such'"), p.Name+"\nkept1")
}

// settled: both guests of pair run as declared on their root overlay of this
// generation, with the volumes that belong to that and no others.
func (p *project) settled(t *testing.T, generation int) {
	t.Helper()
	p.settledAt(t, map[string]int{"a": generation, "b": generation})
}

func (p *project) settledAt(t *testing.T, generations map[string]int) {
	t.Helper()
	var status struct {
		Guests []struct {
			Guest, State string
			Ready        bool
			Notes        []string
		}
	}
	assert.NilError(t, json.Unmarshal([]byte(p.must(t, "--json", "status")), &status))
	assert.Equal(t, len(status.Guests), len(generations))
	volumes := []string{p.domain("a") + ".data.qcow2"}
	for _, g := range status.Guests {
		assert.Check(t, g.State == "running" && g.Ready && len(g.Notes) == 0, "%+v", g)
		root := fmt.Sprintf("%s.root.%d.qcow2", p.domain(g.Guest), generations[g.Guest])
		assert.Check(t, filepath.Base(p.diskPath(t, g.Guest, "vda")) == root, "guest %s is not on %s", g.Guest, root)
		volumes = append(volumes, root, p.domain(g.Guest)+".console.log")
	}
	slices.Sort(volumes)
	assert.DeepEqual(t, p.volumes(t), volumes)
	assert.Equal(t, strings.TrimSpace(p.must(t, "up")), p.Name+": no changes, 2 guests")
}

// volumes are the files of the project's pool.
func (p *project) volumes(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(p.path("pool"))
	assert.NilError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// rootOverlays are the generations of a guest's root overlays.
func (p *project) rootOverlays(t *testing.T, guest string) []int {
	t.Helper()
	var out []int
	for _, name := range p.volumes(t) {
		var generation int
		if _, err := fmt.Sscanf(name, p.domain(guest)+".root.%d.qcow2", &generation); err == nil {
			out = append(out, generation)
		}
	}
	return out
}

// inode tells a volume from a later one of the same name.
func (p *project) inode(t *testing.T, suffix string) uint64 {
	t.Helper()
	info, err := os.Stat(p.path("pool", p.Name+"-"+suffix))
	assert.NilError(t, err)
	return info.Sys().(*syscall.Stat_t).Ino
}
