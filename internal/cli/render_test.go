// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/internal/event"
)

// at is an event and when it comes, in milliseconds.
type at struct {
	ms int
	event.Event
}

// recording is an up of two guests, the second of which fails, with hostile
// text from a guest and a build.
var recording = []at{
	{0, event.Event{Kind: event.Started, Action: "build image", Object: "devel"}},
	{500, event.Event{Kind: event.Progress, Action: "build image", Object: "devel", Text: "\x1b[31mbuilding\x1b[0m nixos.qcow2\nand more"}},
	{12500, event.Event{Kind: event.Done, Action: "build image", Object: "devel", Text: "/nix/store/abc-nixos"}},
	{12500, event.Event{Kind: event.Note, Text: "2 CPUs for 4 wanted"}},
	{12600, event.Event{Kind: event.Started, Guest: "xfs-1", Action: "create volume", Object: "fstests-xfs-1.scratch.qcow2"}},
	{12600, event.Event{Kind: event.Started, Guest: "xfs-2", Action: "create volume", Object: "fstests-xfs-2.scratch.qcow2"}},
	{12640, event.Event{Kind: event.Done, Guest: "xfs-1", Action: "create volume", Object: "fstests-xfs-1.scratch.qcow2"}},
	{12700, event.Event{Kind: event.Started, Guest: "xfs-1", Action: "start"}},
	{12800, event.Event{Kind: event.Failed, Guest: "xfs-2", Action: "create volume", Object: "fstests-xfs-2.scratch.qcow2",
		Err: errors.New("create volume fstests-xfs-2.scratch.qcow2: no space left in pool vmprov\nsecond line")}},
	{12800, event.Event{Kind: event.Skipped, Guest: "xfs-2", Action: "start", Text: "a step before it failed"}},
	{13100, event.Event{Kind: event.Done, Guest: "xfs-1", Action: "start"}},
	{13100, event.Event{Kind: event.Started, Guest: "xfs-1", Action: "wait until ready"}},
	{15000, event.Event{Kind: event.Warning, Guest: "xfs-1", Text: "KVM is not usable: \u202egnp.exe\rthe guest is slow"}},
	{16100, event.Event{Kind: event.Waiting, Guest: "xfs-1", Action: "wait until ready", Text: "ssh: connection refused"}},
	{78200, event.Event{Kind: event.Done, Guest: "xfs-1", Action: "wait until ready"}},
}

// clock is a time that stands still until it is set.
type clock struct{ t time.Time }

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func (c *clock) set(ms int)     { c.t = epoch.Add(time.Duration(ms) * time.Millisecond) }
func (c *clock) now() time.Time { return c.t }

func play(c *clock, events []at, r renderer) {
	for _, e := range events {
		c.set(e.ms)
		r.Emit(e.Event)
	}
	r.Close()
}

func TestPlain(t *testing.T) {
	for _, tc := range []struct {
		name    string
		verbose bool
	}{{"plain", false}, {"plain-verbose", true}} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			var c clock
			play(&c, recording, newPlain(&out, c.now, tc.verbose, style{}))
			assert.Assert(t, !strings.ContainsFunc(out.String(), unsafeRune), "control characters in %q", out.String())
			golden.Assert(t, out.String(), tc.name+".golden")
		})
	}
}

func TestPlainColours(t *testing.T) {
	var out bytes.Buffer
	var c clock
	play(&c, []at{{0, event.Event{Kind: event.Warning, Text: "look"}}}, newPlain(&out, c.now, false, style{on: true}))
	assert.Equal(t, out.String(), "vmprov: \x1b[33mwarning:\x1b[0m look\n")
}

func TestJSONLines(t *testing.T) {
	var out bytes.Buffer
	var c clock
	play(&c, recording, newJSONLines(&out, c.now, ""))
	golden.Assert(t, out.String(), "events.jsonl.golden")
}

func TestWarningsOnly(t *testing.T) {
	var out bytes.Buffer
	var c clock
	play(&c, recording, warningsOnly{newPlain(&out, c.now, false, style{})})
	assert.Equal(t, strings.Count(out.String(), "\n"), 1, out.String())
}

func TestLiveFrames(t *testing.T) {
	for _, width := range []int{40, 80} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			var c clock
			var story strings.Builder
			l := newLive(&bytes.Buffer{}, nil, c.now, style{})
			for _, e := range recording {
				c.set(e.ms)
				l.Emit(e.Event)
				fmt.Fprintf(&story, "-- %d ms\n", e.ms)
				for _, line := range frame(l.rows, c.now(), width, 24, style{}) {
					assert.Check(t, line.width < width, "a full last column wraps: %q", line.text)
					story.WriteString(line.text + "\n")
				}
			}
			golden.Assert(t, story.String(), fmt.Sprintf("live-%d.golden", width))
		})
	}
}

// TestLiveScreen plays everything on a terminal, with a repaint after each
// event, and looks at what the user is left with.
func TestLiveScreen(t *testing.T) {
	for _, tc := range []struct {
		name   string
		widths []int // one after the other, as the window is resized
	}{
		{"40", []int{40}},
		{"80", []int{80}},
		{"resized", []int{80, 30, 60}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var c clock
			s := newScreen(tc.widths[0])
			l := newLive(s, func() (int, int) { return s.width, 24 }, c.now, style{on: true})
			for i, e := range recording {
				s.resize(tc.widths[i*len(tc.widths)/len(recording)])
				c.set(e.ms)
				l.Emit(e.Event)
				l.repaint()
			}
			l.Close()
			assert.Equal(t, s.y, len(s.lines)-1, "the prompt comes below everything")
			assert.Equal(t, s.x, 0)
			golden.Assert(t, s.String(), "screen-"+tc.name+".golden")
		})
	}
}

func TestLiveShowsNothingForNothing(t *testing.T) {
	var out bytes.Buffer
	var c clock
	l := newLive(&out, func() (int, int) { return 80, 24 }, c.now, style{})
	l.repaint()
	l.Close()
	assert.Equal(t, out.String(), "")
}

func TestLiveAlone(t *testing.T) {
	c := clock{epoch}
	s := newScreen(40)
	l := newLive(s, func() (int, int) { return s.width, 24 }, c.now, style{})
	l.Emit(event.Event{Kind: event.Started, Guest: "g", Action: "look"})
	l.Alone(func() { fmt.Fprint(s, "sure? [y/N] y\n") })
	l.Emit(event.Event{Kind: event.Done, Guest: "g", Action: "look"})
	l.Close()
	assert.Equal(t, s.String(), "g      0s  look\nsure? [y/N] y\ng    0.0s  done: look\n")
}

// TestLiveManyGuests: more guests than the screen has lines. None is lost, and
// the end shows them all.
func TestLiveManyGuests(t *testing.T) {
	c := clock{epoch}
	s := newScreen(40)
	l := newLive(s, func() (int, int) { return s.width, 5 }, c.now, style{})
	for i := range 8 {
		guest := fmt.Sprintf("g%d", i)
		l.Emit(event.Event{Kind: event.Started, Guest: guest, Action: "start"})
		if i < 4 {
			l.Emit(event.Event{Kind: event.Done, Guest: guest, Action: "start"})
		}
	}
	l.Emit(event.Event{Kind: event.Failed, Guest: "g1", Action: "start", Text: "no"})
	l.repaint()
	assert.Equal(t, s.String(), "g1    0.0s  failed: start: no\ng4      0s  start\ng5      0s  start\n... and 5 more\n")
	l.Close()
	assert.Equal(t, strings.Count(s.String(), "\n"), 8, s.String())
	assert.Assert(t, strings.HasPrefix(s.String(), "g0    0.0s  done: start\n"), s.String())
}

// TestLiveTicker runs the real thing: emitters side by side and a repaint by time.
func TestLiveTicker(t *testing.T) {
	s := newScreen(80)
	l := newLive(s, func() (int, int) { return 80, 24 }, time.Now, style{})
	l.start(time.Millisecond)
	done := make(chan struct{})
	for i := range 4 {
		go func() {
			for range 100 {
				l.Emit(event.Event{Kind: event.Started, Guest: fmt.Sprint(i), Action: "step"})
				l.Emit(event.Event{Kind: event.Done, Guest: fmt.Sprint(i), Action: "step"})
			}
			done <- struct{}{}
		}()
	}
	for range 4 {
		<-done
	}
	l.Close()
	assert.Equal(t, strings.Count(s.String(), "done: step\n"), 4, s.String())
}

func TestElapsed(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                       "0.0s",
		1250 * time.Millisecond: "1.2s",
		42 * time.Second:        "42s",
		185 * time.Second:       "3m05s",
		2 * time.Hour:           "120m00s",
	} {
		assert.Check(t, elapsed(d) == want, "%s: %s", d, elapsed(d))
	}
}
