// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/hashicorp/go-multierror"
	"gotest.tools/v3/assert"

	"vmprov/internal/event"
	"vmprov/internal/plan"
)

var (
	errStart = errors.New("start: no memory")
	errPool  = errors.New("make pool: no space")
	errShare = errors.New("share `t`: /s does not exist")
)

func TestSummarize(t *testing.T) {
	created := func(name string) plan.GuestPlan {
		return plan.GuestPlan{Guest: name, Outcome: plan.Created, Address: "10.47.0.2", Notes: []string{"one", "two"}}
	}
	blocked := plan.GuestPlan{Guest: "b", Outcome: plan.Blocked, Blocked: errShare}
	action := func(id plan.ID, guest string) plan.Action { return plan.Action{ID: id, Guest: guest} }
	for _, tc := range []struct {
		name   string
		plan   plan.Plan
		result plan.Result
		want   []Result
		errors []string
	}{
		{
			name:   "all well",
			plan:   plan.Plan{Actions: []plan.Action{action(1, "a")}, Guests: []plan.GuestPlan{created("a")}},
			result: plan.Result{Seconds: map[string]float64{"a": 1.5}},
			want:   []Result{{Guest: "a", Outcome: "created", Address: "10.47.0.2", Detail: "one; two", Seconds: 1.5}},
		},
		{
			name: "nothing to do",
			plan: plan.Plan{Guests: []plan.GuestPlan{{Guest: "a", Outcome: plan.Unchanged}}},
			want: []Result{{Guest: "a", Outcome: "unchanged"}},
		},
		{
			name:   "one guest fails, one is blocked, one is not come to",
			plan:   plan.Plan{Actions: []plan.Action{action(1, "a"), action(2, "c")}, Guests: []plan.GuestPlan{created("a"), blocked, created("c"), created("d")}},
			result: plan.Result{Errors: map[plan.ID]error{1: errStart}, Skipped: map[string]bool{"a": true, "c": true}},
			want: []Result{
				{Guest: "a", Outcome: "failed", Address: "10.47.0.2", Detail: "one; two", Error: "start: no memory"},
				{Guest: "b", Outcome: "blocked", Error: "share `t`: /s does not exist"},
				{Guest: "c", Outcome: "failed", Address: "10.47.0.2", Detail: "one; two", Error: "not done, since something before it failed"},
				{Guest: "d", Outcome: "created", Address: "10.47.0.2", Detail: "one; two"},
			},
			errors: []string{"guest `a`: start: no memory", "guest `b`: share `t`: /s does not exist"},
		},
		{
			name:   "two actions of a guest fail",
			plan:   plan.Plan{Actions: []plan.Action{action(1, "a"), action(2, "a")}, Guests: []plan.GuestPlan{created("a")}},
			result: plan.Result{Errors: map[plan.ID]error{1: errStart, 2: errPool}},
			want:   []Result{{Guest: "a", Outcome: "failed", Address: "10.47.0.2", Detail: "one; two", Error: "start: no memory\nmake pool: no space"}},
			errors: []string{"guest `a`: start: no memory\nmake pool: no space"},
		},
		{
			name: "a canary goes back, and the others are left",
			plan: plan.Plan{Actions: []plan.Action{action(1, "a"), action(2, "a"), action(3, "c")}, Guests: []plan.GuestPlan{
				{Guest: "a", Outcome: plan.Recycled, OldImage: "i-1", NewImage: "i-2", Back: 2}, {Guest: "c", Outcome: plan.Recycled, OldImage: "i-1", NewImage: "i-2"},
			}},
			result: plan.Result{
				Errors: map[plan.ID]error{1: errStart}, Done: map[plan.ID]bool{2: true}, Seconds: map[string]float64{"a": 2},
				Skipped: map[string]bool{"a": true, "c": true},
			},
			want: []Result{
				{Guest: "a", Outcome: "rolled back", OldImage: "i-1", NewImage: "i-2", Error: "start: no memory", Seconds: 2},
				{Guest: "c", Outcome: "left as it was", OldImage: "i-1", NewImage: "i-2", Error: "not done, since another guest failed before its turn"},
			},
			errors: []string{"guest `a`: start: no memory"},
		},
		{
			name:   "what is shared fails",
			plan:   plan.Plan{Actions: []plan.Action{action(1, ""), action(2, "a")}, Guests: []plan.GuestPlan{created("a")}},
			result: plan.Result{Errors: map[plan.ID]error{1: errPool}, Skipped: map[string]bool{"a": true}},
			want:   []Result{{Guest: "a", Outcome: "failed", Address: "10.47.0.2", Detail: "one; two", Error: "make pool: no space"}},
			errors: []string{"make pool: no space"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.plan.Project = "p"
			s, err := summarize(&tc.plan, tc.result)
			assert.DeepEqual(t, s.Guests, tc.want)
			assert.Equal(t, s.Changed, len(tc.plan.Actions) > 0)
			assert.Equal(t, s.Project, "p")
			var all *multierror.Error
			if len(tc.errors) == 0 {
				assert.NilError(t, err)
				return
			}
			assert.Assert(t, errors.As(err, &all), "%v", err)
			var got []string
			for _, e := range all.Errors {
				got = append(got, e.Error())
			}
			assert.DeepEqual(t, got, tc.errors)
		})
	}
}

// TestSummarizeKeepsCauses: exit codes look for them.
func TestSummarizeKeepsCauses(t *testing.T) {
	p := plan.Plan{Actions: []plan.Action{{ID: 1, Guest: "a"}}, Guests: []plan.GuestPlan{{Guest: "a"}, {Guest: "b", Blocked: errShare}}}
	_, err := summarize(&p, plan.Result{Errors: map[plan.ID]error{1: context.Canceled}})
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, err, errShare)
	var of *GuestError
	assert.Assert(t, errors.As(err, &of))
	assert.Equal(t, of.Guest, "a")
}

func TestShare(t *testing.T) {
	for _, tc := range []struct {
		share        Share
		guests, want int
	}{{Share{}, 7, 0}, {Share{Number: 4}, 7, 4}, {Share{Percent: 50}, 7, 3}, {Share{Percent: 1}, 7, 1}, {Share{Percent: 100}, 7, 7}} {
		assert.Equal(t, tc.share.Of(tc.guests), tc.want, "%+v", tc.share)
	}
}

func TestSay(t *testing.T) {
	var got []event.Event
	p := project{env: Env{Emit: func(e event.Event) { got = append(got, e) }}}
	p.say(&plan.Plan{Notes: []string{"slow"}, Guests: []plan.GuestPlan{{Guest: "a", Notes: []string{"new image"}}, {Guest: "b"}}})
	assert.DeepEqual(t, got, []event.Event{{Kind: event.Note, Text: "slow"}, {Kind: event.Note, Guest: "a", Text: "new image"}})
}

// TestFold: an error of the end of a verb is said beside those of its guests.
func TestFold(t *testing.T) {
	assert.NilError(t, fold(nil, nil))
	assert.Equal(t, fold(errPool, nil), errPool)
	assert.Equal(t, fold(nil, errPool), errPool)
	for _, err := range []error{errStart, multierror.Append(nil, errStart)} {
		var all *multierror.Error
		assert.Assert(t, errors.As(fold(err, errPool), &all))
		assert.Assert(t, slices.Equal(all.Errors, []error{errStart, errPool}), "%v", all)
	}
}
