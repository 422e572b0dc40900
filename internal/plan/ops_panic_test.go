// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/event"
	"vmprov/internal/ready"
)

// TestOverPanic: a guest is started anew once, and for a panic alone.
func TestOverPanic(t *testing.T) {
	first, second := &ready.PanicError{Guest: "a", Trouble: "first"}, &ready.PanicError{Guest: "a", Trouble: "second"}
	for _, tc := range []struct {
		name  string
		waits []error
		anew  error
		want  error
		again int
	}{
		{"ready", []error{nil}, nil, nil, 0},
		{"another error", []error{errBroken}, nil, errBroken, 0},
		{"ready at the second time", []error{first, nil}, nil, nil, 1},
		{"panics twice", []error{first, second}, nil, second, 1},
		{"cannot be started anew", []error{first}, errBroken, errBroken, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			waits, again := tc.waits, 0
			err := overPanic(func() (err error) {
				err, waits = waits[0], waits[1:]
				return err
			}, func(p *ready.PanicError) error {
				assert.Check(t, p == first)
				again++
				return tc.anew
			})
			assert.Check(t, errors.Is(err, tc.want), "%v", err)
			assert.Equal(t, again, tc.again)
			assert.Equal(t, len(waits), 0)
		})
	}
}

func TestSayPanic(t *testing.T) {
	var said []event.Event
	a := Applier{Emit: func(e event.Event) { said = append(said, e) }}
	a.sayPanic(&ready.PanicError{Guest: "a", Trouble: "BUG: mine\nOops: 0002\nCPU: 0"})
	want := []event.Event{
		{Kind: event.Warning, Text: "its kernel panicked, and it is started anew: BUG: mine"},
		{Kind: event.Note, Text: "Oops: 0002"}, {Kind: event.Note, Text: "CPU: 0"},
	}
	for i := range want {
		want[i].Guest, want[i].Action = "a", "wait until ready"
	}
	assert.DeepEqual(t, said, want)
}
