// SPDX-License-Identifier: Apache-2.0

package plan

// prune leaves out the shared actions that no guest's action needs, so that a
// plan whose guests are all blocked makes no pool and no network.
func (b *builder) prune() *Plan {
	needed := map[ID]bool{}
	for i := len(b.plan.Actions) - 1; i >= 0; i-- {
		a := b.plan.Actions[i]
		if a.Guest == "" && !needed[a.ID] && prunable(a.Op) {
			continue
		}
		needed[a.ID] = true
		for _, id := range a.Needs {
			needed[id] = true
		}
	}
	renumbered := map[ID]ID{}
	kept := b.plan.Actions[:0]
	for _, a := range b.plan.Actions {
		if !needed[a.ID] {
			continue
		}
		id := ID(len(kept) + 1)
		renumbered[a.ID] = id
		a.ID = id
		for i, need := range a.Needs {
			a.Needs[i] = renumbered[need]
		}
		for _, q := range a.Quorums { // they are of guests
			for i, of := range q.Of {
				q.Of[i] = renumbered[of]
			}
			for i, skipped := range q.OrSkipped {
				q.OrSkipped[i] = renumbered[skipped]
			}
		}
		a.IfFailed = renumbered[a.IfFailed]
		kept = append(kept, a)
	}
	b.plan.Actions = kept
	for i := range b.plan.Guests {
		b.plan.Guests[i].Back = renumbered[b.plan.Guests[i].Back]
	}
	return b.plan
}

// prunable are actions that are there for guests only.
func prunable(op Op) bool {
	switch op.(type) {
	case makePool, defineNetwork, startNetwork, addHosts:
		return true
	}
	return false
}
