// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
	"gotest.tools/v3/poll"
)

// gated are two guests of which one is ready only when the test lets it: when
// there is a file in its share.
const gated = `guests:
  a:
    shares: [{tag: share, source: ./share, target: /mnt/share}]
    ready: [ssh, {command: [test, -e, /mnt/share/gate]}]
    readyTimeout: {{.}}
  b: {}
`

func gatedWith(timeout string) string { return strings.ReplaceAll(gated, "{{.}}", timeout) }

// TestNewImage has three images of one project: the first, one that never gets
// ready, and one that does.
func TestNewImage(t *testing.T) {
	needsNix(t)
	t.Parallel()
	p := newProject(t)
	p.configure(t, gatedWith("2m"))
	p.openGate(t)
	p.must(t, "up")
	p.ssh(t, "a", "echo kept >/root/note && sync")

	t.Run("never ready", func(t *testing.T) { goesBackToTheOldOverlay(t, p) })
	t.Run("up", func(t *testing.T) { upLeavesGuestsOnTheirImage(t, p) })
	t.Run("recycle", func(t *testing.T) { oldImageGoesWhenTheGuestIsReady(t, p) })
}

func (p *project) openGate(t *testing.T) {
	t.Helper()
	writeFile(t, p.path("share", "gate"), "")
}

func (p *project) closeGate(t *testing.T) {
	t.Helper()
	assert.NilError(t, os.Remove(p.path("share", "gate")))
}

// goesBackToTheOldOverlay recycles onto an image whose ssh server is missing.
func goesBackToTheOldOverlay(t *testing.T, p *project) {
	init := p.path("image/guest/usr/lib/guest/init")
	good := readFile(t, init)
	writeFile(t, init, strings.ReplaceAll(good, "respawn dropbear ", ": "))
	p.configure(t, gatedWith("10s"))
	roots, overlay := p.roots(t), p.diskPath(t, "a", "vda")
	other := p.footprint(t, "b")

	result := p.vmprov(t, "recycle", "--build")

	assert.Check(t, cmp.Equal(result.ExitCode, 3), "%s", result)
	assert.Check(t, cmp.Contains(result.Stderr(), "guest `a`"))
	assert.Check(t, cmp.Contains(result.Stderr(), "ssh"), "the error does not name the probe")
	assert.Check(t, cmp.Equal(p.diskPath(t, "a", "vda"), overlay), "a is not on the overlay it had")
	assert.Check(t, cmp.DeepEqual(p.overlays(t, "a"), []string{overlay}))
	assert.Check(t, cmp.DeepEqual(p.roots(t), roots))
	assert.Check(t, cmp.DeepEqual(p.footprint(t, "b"), other), "b was touched though a failed before it")

	writeFile(t, init, good)
	p.configure(t, gatedWith("2m"))
	p.must(t, "up")
	assert.Check(t, cmp.Equal(p.ssh(t, "a", "cat /root/note"), "kept"))
}

// upLeavesGuestsOnTheirImage has a running and a stopped guest.
func upLeavesGuestsOnTheirImage(t *testing.T, p *project) {
	p.must(t, "stop", "b")
	before, roots := p.footprint(t, "a", "b"), p.roots(t)
	p.rebuildImage(t, "2")

	result := p.vmprov(t, "up").Assert(t, icmd.Success)

	for _, guest := range []string{"a", "b"} {
		assert.Check(t, cmp.Regexp(`(?m)^`+guest+`\b.*new image`, result.Stdout()), "%s is not told of its new image", guest)
		assert.Check(t, exists(p.diskPath(t, guest, "vda")))
	}
	assert.Check(t, cmp.DeepEqual(p.footprint(t, "a", "b"), before))
	assert.Check(t, cmp.DeepEqual(p.roots(t), roots))
	assert.Check(t, cmp.Equal(p.ssh(t, "a", "cat /etc/version"), "1"))
}

func oldImageGoesWhenTheGuestIsReady(t *testing.T, p *project) {
	old := p.diskPath(t, "a", "vda")
	oldBase, stopped := backing(t, old), p.footprint(t, "b")
	p.closeGate(t)

	recycle := icmd.StartCmd(p.command("recycle", "a"))
	assert.NilError(t, recycle.Error)
	// Up to ssh the guest is there, but it is not ready.
	poll.WaitOn(t, p.answersOn(t, "a", old), poll.WithTimeout(commandLimit), poll.WithDelay(100*time.Millisecond))
	fresh := p.diskPath(t, "a", "vda")
	assert.Check(t, cmp.DeepEqual(p.overlays(t, "a"), []string{old, fresh}), "the old overlay went before the guest was ready")
	assert.Check(t, p.roots(t)[storePath(oldBase)], "the old GC root went before the guest was ready")
	assert.Check(t, p.roots(t)[storePath(backing(t, fresh))], "the new image has no GC root")
	p.openGate(t)

	icmd.WaitOnCmd(commandLimit, recycle).Assert(t, icmd.Success)
	assert.Check(t, cmp.DeepEqual(p.overlays(t, "a"), []string{fresh}))
	assert.Check(t, cmp.Equal(p.ssh(t, "a", "cat /etc/version"), "2"))
	assert.Check(t, cmp.DeepEqual(p.footprint(t, "b"), stopped))
	// b is still on the old image; with it the last overlay on that image goes.
	assert.Check(t, p.roots(t)[storePath(oldBase)], "the GC root of b's image is gone")
	p.must(t, "destroy", "b", "--yes")
	assert.Check(t, cmp.DeepEqual(p.roots(t), map[string]bool{storePath(backing(t, fresh)): true}))
}

// answersOn is met when a guest answers on another overlay than it had.
func (p *project) answersOn(t *testing.T, guest, old string) poll.Check {
	return func(poll.LogT) poll.Result {
		if p.diskPath(t, guest, "vda") == old {
			return poll.Continue("%s is on %s", guest, old)
		}
		result := icmd.RunCmd(p.command("ssh", guest, "--", "true"))
		if result.ExitCode != 0 {
			return poll.Continue("ssh to %s: %s", guest, result.Stderr())
		}
		return poll.Success()
	}
}
