// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"
	"gotest.tools/v3/assert"

	"vmprov/internal/guest/guesttest"
)

func TestRun(t *testing.T) {
	cases := []struct {
		name, stdout, stderr string
		exit                 int
		lines                []string
		want                 string
	}{
		{"lines", "one\n\ntwo", "", 0, []string{"one", "two"}, ""},
		{"fails", "one\n", "warning\nno such unit\n", 4, []string{"no such unit", "one", "warning"},
			"run '/c/bin/switch-to-configuration' 'test' in the guest: exit status 4: no such unit"},
		{"fails in silence", "", "", 1, nil, "run '/c/bin/switch-to-configuration' 'test' in the guest: exit status 1"},
		{"colours", "\x1b[31mred\x1b[0m\x1b]0;title\x07\n", "", 0, []string{"red"}, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c, id := startDomain(t)
			server := newServer(t)
			server.Run = func(command string) (string, string, int) {
				assert.Check(t, command == "'/c/bin/switch-to-configuration' 'test'")
				return tc.stdout, tc.stderr, tc.exit
			}
			var got []string
			target := newTarget(t, id, server.Start(t))
			err := Run(t.Context(), c, target, []string{"/c/bin/switch-to-configuration", "test"}, func(line string) { got = append(got, line) })
			if tc.want == "" {
				assert.NilError(t, err)
			} else {
				assert.Error(t, err, tc.want)
			}
			slices.Sort(got) // two streams have no order among each other
			assert.DeepEqual(t, got, tc.lines)
		})
	}
}

// TestRunBounded: a guest cannot make a line as long as it likes.
func TestRunBounded(t *testing.T) {
	c, id := startDomain(t)
	server := newServer(t)
	server.Run = func(string) (string, string, int) { return strings.Repeat("x", 1<<20), "", 0 }
	longest := 0
	say := func(line string) { longest = max(longest, utf8.RuneCountInString(line)) }
	assert.NilError(t, Run(t.Context(), c, newTarget(t, id, server.Start(t)), []string{"true"}, say))
	assert.Equal(t, longest, maxText+1)
}

// TestRunNoLogin says why, and the command is not run.
func TestRunNoLogin(t *testing.T) {
	c, id := startDomain(t)
	server := newServer(t)
	server.Allow = func(ssh.PublicKey) bool { return false }
	server.Run = func(string) (string, string, int) { t.Error("it was run"); return "", "", 0 }
	target := newTarget(t, id, server.Start(t))
	target.Timeout = brief
	err := Run(t.Context(), c, target, []string{"true"}, func(string) {})
	assert.ErrorContains(t, err, "log in to guest `xfs-1`: no login within 2s: ")
	assert.ErrorContains(t, err, "refused the key")
	target = newTarget(t, id, guesttest.FreePort(t))
	target.Timeout = time.Millisecond
	assert.ErrorContains(t, Run(t.Context(), c, target, []string{"true"}, func(string) {}), "log in to guest `xfs-1`: no login within 1ms: ")
}
