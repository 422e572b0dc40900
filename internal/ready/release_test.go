// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/event"
)

// TestRelease is asked for on the login of the probes, once.
func TestRelease(t *testing.T) {
	cases := []struct {
		name       string
		out        string
		exit       int
		bannerOnly bool
		want       []string
	}{
		{"as uname says it", "6.12.0-mine+\n", 0, false, []string{"6.12.0-mine+"}},
		{"what would write on a terminal", "6.12\x1b[31m\n", 0, false, []string{"6.12"}},
		{"no uname", "", 127, false, nil},
		{"nothing said", "", 0, false, nil},
		{"no login", "6.12.0\n", 0, true, nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c, id := startDomain(t)
			server := newServer(t)
			server.Run = func(command string) (stdout, stderr string, exit int) {
				if command == "'uname' '-r'" {
					return tc.out, "", tc.exit
				}
				return "", "", 0
			}
			var got []string
			target := newTarget(t, id, server.Start(t), sshProbe, commandProbe("true"))
			target.BannerOnly = tc.bannerOnly
			target.Release = func(release string) { got = append(got, release) }
			assert.NilError(t, Wait(t.Context(), c, target, event.Discard))
			assert.DeepEqual(t, got, tc.want)
		})
	}
}
