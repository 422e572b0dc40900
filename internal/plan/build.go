// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"vmprov/internal/config"
	"vmprov/storage"
)

// Refusal is a reason to change nothing at all.
type Refusal struct{ Reason, Advice string }

func (e *Refusal) Error() string { return e.Reason }

// Hint is what to do about it.
func (e *Refusal) Hint() string { return e.Advice }

// builder puts a plan together: shared things first, then guest by guest.
type builder struct {
	d    Desired
	o    Observed
	plan *Plan

	pool     storage.Pool
	ours     bool // vmprov made the pool, or makes it
	poolID   ID   // the action that makes it; 0 when it is there
	poolErr  error
	networks map[string]plannedNetwork // by name in the file
	// lastDefined is the last action that defines a network.
	lastDefined ID
	adopted     map[string]ID // the actions that take guests of another origin over
	// grace replaces the guests' own stopTimeout unless it is 0.
	grace time.Duration
	demand
}

// demand is what a plan asks of the host, in bytes.
type demand struct {
	memory uint64 // of the guests that it starts
	// hugepages are those guests' pages by their size.
	hugepages map[uint64]uint64
	space     uint64 // of the volumes that it makes
}

func newBuilder(d Desired, o Observed) *builder {
	return &builder{d: d, o: o, plan: &Plan{Project: d.Project}, networks: map[string]plannedNetwork{}, adopted: map[string]ID{}}
}

// add appends an action and gives its id.
func (b *builder) add(guest string, op Op, cause string, needs ...ID) ID {
	needs = slices.DeleteFunc(slices.Clone(needs), func(id ID) bool { return id == 0 })
	slices.Sort(needs)
	id := ID(len(b.plan.Actions) + 1)
	b.plan.Actions = append(b.plan.Actions, Action{ID: id, Guest: guest, Op: op, Cause: cause, Needs: slices.Compact(needs)})
	return id
}

func (b *builder) note(format string, args ...any) {
	b.plan.Notes = append(b.plan.Notes, fmt.Sprintf(format, args...))
}

// Advice where a project comes from another configuration.
const (
	adviceAdopt   = "choose another project name, or take the project over with `vmprov up --adopt`"
	adviceDestroy = "choose another project name, or remove the project whatever it comes from with `vmprov destroy --project %s`"
)

// checkOrigin refuses a project that another configuration made.
func checkOrigin(d Desired, o Observed, advice string) error {
	for _, name := range sortedKeys(o.Guests) {
		mark := o.Guests[name].Mark
		if mark.Origin == d.Origin {
			continue
		}
		return &Refusal{
			Reason: fmt.Sprintf("project `%s`: guest `%s` comes from another configuration, %s on machine %s",
				d.Project, name, mark.Origin.Path, mark.Origin.Machine),
			Advice: advice,
		}
	}
	return nil
}

// takeOver notes in every guest of another origin that this configuration has
// it now, whatever else becomes of the guest.
func (b *builder) takeOver() {
	b.o.Guests = maps.Clone(b.o.Guests)
	for _, name := range sortedKeys(b.o.Guests) {
		g := b.o.Guests[name]
		if g.Mark.Origin == b.d.Origin {
			continue
		}
		cause := fmt.Sprintf("it comes from %s on machine %s", g.Mark.Origin.Path, g.Mark.Origin.Machine)
		g.Mark.Origin = b.d.Origin
		b.adopted[name] = b.add(name, setMark{g.UUID, g.Mark, "take over"}, cause)
		b.o.Guests[name] = g
	}
}

// resolvePool finds the pool that is used, and plans to make it when it is
// vmprov's own and missing.
func (b *builder) resolvePool(needed bool) {
	name, path := b.d.PoolWanted()
	b.pool = b.o.Pool
	own := path != ""
	if b.pool.Exists() {
		b.ours = ownPool(b.pool)
		if !b.pool.Active {
			if b.ours && needed {
				b.poolID = b.add("", makePool{b.pool.Name, b.pool.UUID, b.pool.Path}, "not active")
			} else if !b.ours {
				b.poolErr = inactive(b.pool)
			}
		}
		return
	}
	if !own {
		b.poolErr = fmt.Errorf("pool `%s` does not exist (define it, or leave `pool` out for one of vmprov's own)", name)
		return
	}
	if name == "" {
		name = DefaultPool + "-" + config.PoolUUID(path)[:8]
	}
	b.pool = storage.Pool{Name: name, UUID: config.PoolUUID(path), Path: path, Volumes: map[string]bool{}}
	b.ours = true
	if needed {
		b.poolID = b.add("", makePool{name, b.pool.UUID, path}, "not there yet")
	}
}

// ownPool says that vmprov made a pool.
func ownPool(pool storage.Pool) bool {
	return pool.Exists() && pool.UUID == config.PoolUUID(pool.Path)
}

func inactive(pool storage.Pool) error {
	return fmt.Errorf("pool `%s` is not active (start it: virsh pool-start %s)", pool.Name, pool.Name)
}

// stops gathers why nothing can be done to a guest, apart from its own state.
func (s *sequence) stops() error {
	return errors.Join(s.o.Unfit[s.spec.Name], s.reachPool(), s.networkStops())
}

// orphans notes marked guests that the file no longer declares, and gives their names.
func (b *builder) orphans() []string {
	declared := map[string]bool{}
	for _, g := range b.d.Declared {
		declared[g.Name] = true
	}
	var out []string
	for _, name := range sortedKeys(b.o.Guests) {
		if !declared[name] {
			out = append(out, name)
		}
	}
	return out
}

// scale notes what this plan asks of the host beyond what it has.
func (b *builder) scale() {
	if b.memory > b.d.Host.MemoryBytes && b.d.Host.MemoryBytes > 0 {
		b.note("the guests to start have %s of memory, the host %s", config.Size(b.memory), config.Size(b.d.Host.MemoryBytes).Rounded())
	}
	for _, size := range slices.Sorted(maps.Keys(b.hugepages)) {
		if have, known := b.d.Host.Facts.Hugepages[size]; known && b.hugepages[size] > have.Free {
			b.note("the guests to start want %d pages of %s, of which the host has %d free", b.hugepages[size], config.Size(size), have.Free)
		}
	}
	if b.pool.Available > 0 && b.space > b.pool.Available {
		b.note("the new volumes may grow to %s, pool `%s` has %s free", config.Size(b.space), b.pool.Name, config.Size(b.pool.Available).Rounded())
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
