// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"libvirt.org/go/libvirt"

	"vmprov/internal/event"
	"vmprov/internal/virt"
)

// Applier runs plans. It decides nothing: it runs each action when what it
// needs is done, as much side by side as the plan allows.
type Applier struct {
	Client *virt.Client
	Emit   event.Sink
	// LibVersion is the daemon's libvirt.
	LibVersion uint32
	// Parallel bounds how many guests are worked on at once; 0 for all.
	Parallel int
	// HostLock takes the lock that projects share.
	HostLock func(context.Context) (release func(), err error)
	// ConsoleTail is the end of a console log.
	ConsoleTail func(ctx context.Context, pool, volume string) string
	// RestartPanicked starts a guest anew, once, whose kernel panicked while it
	// was waited for.
	RestartPanicked bool
	// AfterShared is called once, before Apply returns, when every action that
	// makes what projects share has ended; nil for nothing.
	AfterShared func()

	shapes shapes
	// began is how long console logs were as this command started their guests: uint64 by UUID.
	began sync.Map
}

// Result is what became of a plan's actions.
type Result struct {
	// Errors are of the failed actions, by action.
	Errors map[ID]error
	// Skipped are guests of which an action was not run that should have been.
	Skipped map[string]bool
	// Seconds are how long each guest took from its first action to its last.
	Seconds map[string]float64
	// Done are the actions that succeeded.
	Done map[ID]bool
}

// errSkipped marks an action that was not run.
var errSkipped = errors.New("skipped")

// Apply runs a plan to its end. Actions whose needs failed are skipped; after
// ctx ends the running steps finish and no further one begins.
func (a *Applier) Apply(ctx context.Context, p *Plan) Result {
	r := &running{applier: a, plan: p, nodes: map[ID]*node{}, guests: map[string]*guestRun{}, halted: map[string]bool{}}
	for _, action := range p.Actions {
		r.nodes[action.ID] = &node{action: action, done: make(chan struct{})}
		if action.Guest != "" {
			r.guest(action.Guest).left++
		}
	}
	if a.Parallel > 0 {
		r.slots = make(chan struct{}, a.Parallel)
	}
	var all sync.WaitGroup
	all.Go(r.announceShared)
	for _, n := range r.nodes {
		all.Go(func() { r.execute(ctx, n) })
	}
	all.Wait()
	return r.result()
}

type node struct {
	action Action
	done   chan struct{}
	err    error // valid once done is closed
}

// guestRun bounds and times the work on one guest.
type guestRun struct {
	begin      sync.Once
	start, end time.Time
	left       int
	holds      bool
	// ran says that an action of the guest was begun.
	ran bool
}

type running struct {
	applier *Applier
	plan    *Plan
	nodes   map[ID]*node
	slots   chan struct{}

	mu     sync.Mutex
	guests map[string]*guestRun
	// halted are the groups of which nothing more is begun.
	halted map[string]bool
}

func (r *running) guest(name string) *guestRun {
	if r.guests[name] == nil {
		r.guests[name] = &guestRun{}
	}
	return r.guests[name]
}

func (r *running) execute(ctx context.Context, n *node) {
	defer close(n.done)
	runnable := r.awaitNeeds(n)
	defer r.leave(n.action.Guest)
	n.err = r.attempt(ctx, n.action, runnable)
	if n.err != nil && n.action.Halts != "" {
		r.halt(n.action.Halts)
	}
}

func (r *running) attempt(ctx context.Context, action Action, runnable bool) error {
	if !runnable {
		return errSkipped
	}
	if err := r.enter(ctx, action.Guest); err != nil {
		return err
	}
	if !r.begin(action) {
		return errSkipped
	}
	return r.runOne(ctx, action)
}

// begin notes that a guest's work begins, unless its group was halted.
func (r *running) begin(action Action) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.halted[action.Halted] {
		return false
	}
	if action.Guest != "" {
		r.guest(action.Guest).ran = true
	}
	return true
}

func (r *running) halt(group string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.halted[group] = true
}

// awaitNeeds waits until everything that decides about an action is done, and
// says whether it is to be run.
func (r *running) awaitNeeds(n *node) bool {
	ok := true
	for _, id := range n.action.Needs {
		need := r.nodes[id]
		<-need.done
		ok = ok && need.err == nil
	}
	for _, q := range n.action.Quorums {
		ok = ok && r.awaitQuorum(q)
	}
	if n.action.IfFailed == 0 {
		return ok
	}
	watched := r.nodes[n.action.IfFailed]
	<-watched.done
	return ok && watched.err != nil && !errors.Is(watched.err, context.Canceled)
}

// awaitQuorum waits until enough actions have come out as wanted, and says
// whether they did. It does not wait for the others.
func (r *running) awaitQuorum(q Quorum) bool {
	all := len(q.Of) + len(q.OrSkipped)
	results := make(chan bool, all)
	await := func(id ID, wanted error) {
		<-r.nodes[id].done
		results <- errors.Is(r.nodes[id].err, wanted)
	}
	for _, id := range q.Of {
		go await(id, nil)
	}
	for _, id := range q.OrSkipped {
		go await(id, errSkipped)
	}
	missing := q.Count
	for left := all; missing > 0; left-- {
		if left < missing {
			return false
		}
		if <-results {
			missing--
		}
	}
	return true
}

func (r *running) runOne(ctx context.Context, action Action) error {
	emit := r.applier.Emit
	verb, object := action.Op.describe()
	e := event.Event{Kind: event.Started, Guest: action.Guest, Action: verb, Object: object}
	if err := ctx.Err(); err != nil {
		return err
	}
	emit(e)
	err := action.Op.run(ctx, r.applier)
	e.Kind = event.Done
	if err != nil {
		e.Kind, e.Err = event.Failed, err
	}
	emit(e)
	return err
}

// enter begins the work on a guest when a slot is free.
func (r *running) enter(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	r.mu.Lock()
	g := r.guest(name)
	r.mu.Unlock()
	var err error
	g.begin.Do(func() {
		if r.slots != nil {
			select {
			case r.slots <- struct{}{}:
				g.holds = true
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		g.start = time.Now()
	})
	return err
}

// leave ends the work on a guest with its last action.
func (r *running) leave(name string) {
	if name == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.guest(name)
	g.left--
	if g.left > 0 {
		return
	}
	g.end = time.Now()
	if g.holds {
		<-r.slots
	}
}

// announceShared calls AfterShared as soon as the shared actions are done.
func (r *running) announceShared() {
	if r.applier.AfterShared == nil {
		return
	}
	var shared []*node
	for _, n := range r.nodes {
		switch n.action.Op.(type) {
		case makePool, defineNetwork, startNetwork:
			shared = append(shared, n)
		}
	}
	for _, n := range shared {
		<-n.done
	}
	r.applier.AfterShared()
}

func (r *running) result() Result {
	out := Result{Errors: map[ID]error{}, Skipped: map[string]bool{}, Seconds: map[string]float64{}, Done: map[ID]bool{}}
	for id, n := range r.nodes {
		switch {
		case n.err == nil:
			out.Done[id] = true
		case !errors.Is(n.err, errSkipped):
			out.Errors[id] = n.err
		case !r.conditional(n.action):
			out.Skipped[n.action.Guest] = true
		}
	}
	for name, g := range r.guests {
		if g.ran {
			out.Seconds[name] = g.end.Sub(g.start).Seconds()
		}
	}
	return out
}

// conditional says that an action, or one that it comes after, is for the case
// of a failure: not running it is no loss.
func (r *running) conditional(a Action) bool {
	if a.IfFailed != 0 {
		return true
	}
	for _, id := range a.Needs {
		if r.conditional(r.nodes[id].action) {
			return true
		}
	}
	return false
}

// onDomain runs fn on a domain by its UUID.
func (a *Applier) onDomain(ctx context.Context, uuid string, fn func(*libvirt.Domain) error) error {
	return a.Client.Do(ctx, func(conn *libvirt.Connect) error {
		dom, err := conn.LookupDomainByUUIDString(uuid)
		if err != nil {
			return fmt.Errorf("look up domain %s: %w", uuid, err)
		}
		defer func() { _ = dom.Free() }()
		return fn(dom)
	})
}
