// SPDX-License-Identifier: Apache-2.0

package run

import (
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/plan"
)

func TestRunning(t *testing.T) {
	on := func(release, closure string) *plan.Mark {
		return &plan.Mark{Kernel: release, Base: plan.Base{Boot: &plan.Boot{Closure: closure}}}
	}
	cases := []struct {
		name             string
		live             *plan.Mark
		next, configured string
		kernel, closure  string
		notes            []string
	}{
		{"off", nil, "/c/1", "6.12.0-b", "", "", nil},
		{"as configured", on("6.12.0-a", "/c/1"), "/c/1", "6.12.0-a", "6.12.0-a", "/c/1", nil},
		{"another kernel", on("6.12.0-a", "/c/1"), "/c/1", "6.12.0-b", "6.12.0-a", "/c/1", []string{"runs 6.12.0-a, configured is 6.12.0-b"}},
		{"another closure", on("6.12.0-a", "/c/1"), "/c/2", "6.12.0-a", "6.12.0-a", "/c/1", []string{"runs /c/1, configured is /c/2"}},
		{"an image's kernel", &plan.Mark{Kernel: "6.1.0-9"}, "", "", "6.1.0-9", "", nil},
		{"not seen yet", on("", "/c/1"), "/c/1", "6.12.0-b", "", "/c/1", nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			var s GuestStatus
			s.running(plan.ObservedGuest{Live: tc.live, Mark: *on("", tc.next)}, tc.configured)
			assert.DeepEqual(t, s, GuestStatus{Kernel: tc.kernel, Closure: tc.closure, Notes: tc.notes})
		})
	}
}
