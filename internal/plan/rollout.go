// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"slices"

	"vmprov/internal/config"
)

// rollout is the order in which guests are recycled, as edges of the plan.
type rollout struct {
	RecycleOptions
	// canaries are the first guests of each new image, by its identity.
	canaries map[string][]recycled
	// before are the guests that are down until they are ready again.
	before []recycled
	// begins are the first actions of those of them that may be left as they are.
	begins []ID
	// down are the guests that do not run, or are not ready, already.
	down map[string]bool
}

func newRollout(opts RecycleOptions) *rollout {
	opts.OnFailure = cmp.Or(opts.OnFailure, Rollback)
	return &rollout{RecycleOptions: opts, canaries: map[string][]recycled{}, down: map[string]bool{}}
}

// order is that of the selection, but where only so many may be down it begins
// with those that are down already: they are not made to wait for themselves.
func (r *rollout) order(o Observed) []config.Guest {
	guests := slices.Clone(r.Selected)
	if r.MaxUnavailable == 0 {
		return guests
	}
	for _, g := range guests {
		have := o.Guests[g.Name]
		r.down[g.Name] = !have.Active || have.State != "running" || have.Live == nil || !have.Live.Ready
	}
	slices.SortStableFunc(guests, func(a, b config.Guest) int { return cmp.Compare(r.rank(a), r.rank(b)) })
	return guests
}

func (r *rollout) rank(g config.Guest) int {
	if r.down[g.Name] {
		return 0
	}
	return 1
}

// inOrder puts what a plan says of the guests into the order of the selection.
func (r *rollout) inOrder(guests []GuestPlan) {
	place := map[string]int{}
	for i, g := range r.Selected {
		place[g.Name] = i
	}
	slices.SortStableFunc(guests, func(a, b GuestPlan) int { return cmp.Compare(place[a.Guest], place[b.Guest]) })
}

// take gives a guest its place: its first action waits for its turn, and its
// end gives others theirs. trial is the identity of an image that it does not
// have yet; empty for one on the same image.
func (r *rollout) take(s *sequence, trial string, end recycled) {
	first, ready := &s.plan.Actions[s.first], &s.plan.Actions[end.ready-1]
	if group := r.group(trial); group != "" {
		first.Halted, ready.Halts = group, group
	}
	if trial != "" {
		r.afterCanaries(first, trial, end)
	}
	if r.MaxUnavailable == 0 {
		return
	}
	if free := len(r.before) - r.MaxUnavailable + 1; free > 0 && !r.down[s.spec.Name] {
		first.Quorums = append(first.Quorums, Quorum{Count: free, Of: ends(r.before), OrSkipped: slices.Clone(r.begins)})
	}
	r.before = append(r.before, end)
	if !r.down[s.spec.Name] {
		r.begins = append(r.begins, first.ID)
	}
}

// count takes a guest that is down before its actions, which end with ready.
func (r *rollout) count(s *sequence, ready ID) {
	if s.gp.Blocked == nil && ready != 0 {
		r.before = append(r.before, recycled{ready: ready})
	}
}

// group is whose failure leaves the guests alone whose turn has not come. Where
// all have their turn at once there is none.
func (r *rollout) group(trial string) string {
	switch {
	case !r.Bounded && r.MaxUnavailable == 0:
		return ""
	case r.OnFailure == Stop:
		return "all"
	case r.OnFailure == Rollback:
		return trial
	}
	return ""
}

// afterCanaries lets a guest on a new image wait for the first ones of it,
// or makes it one of them.
func (r *rollout) afterCanaries(first *Action, trial string, end recycled) {
	canaries := r.canaries[trial]
	switch {
	case len(canaries) < r.Canary:
		r.canaries[trial] = append(canaries, end)
	case r.OnFailure == Continue && len(canaries) > 0:
		// Ready, or back on what they had.
		first.Quorums = append(first.Quorums, Quorum{Count: len(canaries), Of: ends(canaries)})
	default:
		for _, c := range canaries {
			first.Needs = append(first.Needs, c.ready)
		}
		slices.Sort(first.Needs)
		first.Needs = slices.Compact(first.Needs)
	}
}

// ends are all actions that say that one of the guests is ready again.
func ends(guests []recycled) []ID {
	var out []ID
	for _, g := range guests {
		for _, id := range []ID{g.ready, g.back} {
			if id != 0 {
				out = append(out, id)
			}
		}
	}
	return out
}
