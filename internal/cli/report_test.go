// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/go-multierror"
	"gotest.tools/v3/assert"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/ready"
	"vmprov/internal/run"
	"vmprov/internal/state"
	"vmprov/internal/virt"
)

func TestExitCode(t *testing.T) {
	plain := errors.New("boom")
	timeout := &ready.TimeoutError{Guest: "g"}
	locked := &state.LockedError{}
	several := func(errs ...error) error { return multierror.Append(nil, errs...) }
	for _, tc := range []struct {
		name string
		err  error
		want int
	}{
		{"none", nil, ExitDone},
		{"plain", plain, ExitFailed},
		{"usage", usagef("x"), ExitUsage},
		{"config", config.Faults{{}}, ExitUsage},
		{"guest that is not there", fmt.Errorf("up: %w", &config.SelectionError{Reason: "x"}), ExitUsage},
		{"timeout", timeout, ExitNotReady},
		{"no daemon, wrapped with its cause", fmt.Errorf("connect: %w: %w", virt.ErrNoDaemon, plain), ExitNoDaemon},
		{"locked", fmt.Errorf("up: %w", locked), ExitLocked},
		{"interrupted", fmt.Errorf("start: %w", context.Canceled), ExitInterrupted},
		{"deadline", context.DeadlineExceeded, ExitFailed},
		{"remote", &run.ExitError{Code: 7}, 7},
		{"all timeouts", several(timeout, timeout), ExitNotReady},
		{"a timeout and another", several(timeout, plain), ExitFailed},
		{"another and a timeout", several(plain, timeout, timeout), ExitFailed},
		{"nested timeouts", several(timeout, fmt.Errorf("fleet: %w", several(timeout))), ExitNotReady},
		{"nested other", several(timeout, fmt.Errorf("fleet: %w", several(timeout, plain))), ExitFailed},
		{"interrupt above all", several(plain, context.Canceled, timeout), ExitInterrupted},
		{"empty gathering", fmt.Errorf("x: %w", &multierror.Error{}), ExitFailed},
	} {
		t.Run(tc.name, func(t *testing.T) { assert.Equal(t, exitCode(tc.err), tc.want) })
	}
}

func TestHints(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want string
	}{
		{errors.New("boom"), ""},
		{usagef("x"), ""},
		{fmt.Errorf("run: %w", &usageError{err: errors.New("x"), hint: "own"}), "own"},
		{virt.ErrNoDaemon, "systemctl start libvirtd"},
		{&state.LockedError{}, "--wait-lock 10m"},
		{&ready.TimeoutError{Guest: "g", Hint: "look at sshd"}, "look at sshd"},
		{&ready.TimeoutError{Guest: "g"}, "vmprov logs g"},
		{&ready.StoppedError{Guest: "g"}, "vmprov logs g"},
		{errors.New("qemu-img: could not write: No space left on device"), "make room"},
		{errors.New("Cannot access storage file '/x' (as uid:1, gid:1): Permission denied"), "QEMU's user"},
		{&image.BuildError{Log: "/var/log/build"}, "/var/log/build"},
	} {
		got := hintOf(tc.err)
		assert.Check(t, strings.Contains(got, tc.want) && (got == "") == (tc.want == ""), "%T: %q", tc.err, got)
	}
}

func reported(err error) (stdout, stderr string) {
	var out, errs bytes.Buffer
	p := &program{out: &resultWriter{w: &out}, err: &errs, getenv: func(string) string { return "" }, opts: globalOptions{json: true}}
	p.report(err, exitCode(err))
	return out.String(), errs.String()
}

func TestReportFaults(t *testing.T) {
	out, errs := reported(config.Faults{
		{File: "vmprov.yaml", Line: 3, Col: 5, Path: "guests.a.memory", Message: "must be a size, got `x`"},
		{File: "vmprov.yaml", Line: 4, Col: 5, Path: "guests.a.cpu", Message: "unknown key"},
	})
	assert.Equal(t, errs, "vmprov.yaml:3:5: guests.a.memory: must be a size, got `x`\n"+
		"vmprov.yaml:4:5: guests.a.cpu: unknown key\n"+
		"vmprov: error: 2 faults in the configuration\n")
	assert.Assert(t, strings.Contains(out, `"faults":[{"file":"vmprov.yaml","line":3,"col":5,"path":"guests.a.memory",`), out)
	assert.Assert(t, strings.Contains(out, `"exit":2`), out)
}

func TestReportSeveral(t *testing.T) {
	_, errs := reported(multierror.Append(nil,
		&state.LockedError{Scope: "project `a`", PID: 7, Command: "vmprov up"},
		errors.New("first line\nsecond line\n"),
		&state.LockedError{Scope: "project `b`", PID: 8, Command: "vmprov up"},
		errors.New("evil \x1b]0;title\x07text"),
	))
	assert.Equal(t, errs, "vmprov: error: lock project `a`: held by pid 7 (vmprov up)\n"+
		"vmprov: error: first line\n  second line\n"+
		"vmprov: error: lock project `b`: held by pid 8 (vmprov up)\n"+
		"vmprov: error: evil text\n"+
		"vmprov: hint: `--wait-lock 10m` waits for it\n")
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain, ünïcode ✓\nnext":                   "plain, ünïcode ✓\nnext",
		"\x1b[1;31mred\x1b[0m":                     "red",
		"\x1b]0;t\x07a":                            "a",
		"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\": "link",
		"\x1bcreset":                               "reset",
		"\x1b(Bascii":                              "ascii",
		"a\rb\x00\x08":                             "a<0d>b<00><08>",
		"dos\r\n":                                  "dos\n",
		"a\tb":                                     "a    b",
		"\u202eevil":                               "<202e>evil",
		"\u009b31m":                                "<9b>31m",
		"\x9b31m":                                  "\ufffd31m",
		"half \x1b":                                "half <1b>",
		"half \x1b[12;3":                           "half 12;3",
	} {
		assert.Check(t, clean(in) == want, "%q: %q", in, clean(in))
	}
}

func TestAsk(t *testing.T) {
	for in, want := range map[string]bool{"y\n": true, "YES\n": true, "n\n": false, "\n": false, "": false, "yep\n": false} {
		var out bytes.Buffer
		yes, err := ask(t.Context(), strings.NewReader(in), &out, "remove 3 guests?")
		assert.NilError(t, err)
		assert.Check(t, yes == want, "%q", in)
		assert.Equal(t, out.String(), "remove 3 guests? [y/N] ")
	}
}

// never is a terminal at which nobody types.
type never struct{ context.Context }

func (n never) Read([]byte) (int, error) { <-n.Done(); return 0, n.Err() }

func TestAskInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	yes, err := ask(ctx, never{t.Context()}, &bytes.Buffer{}, "sure?")
	assert.ErrorIs(t, err, context.Canceled)
	assert.Assert(t, !yes)
}

func TestNearest(t *testing.T) {
	names := []string{"f", "status", "start", "stop", "destroy", "no-wait"}
	for word, want := range map[string]string{"stat": "status", "strat": "start", "destory": "destroy", "wait": "", "xyzzy": "", "f": ""} {
		assert.Check(t, nearest(word, names) == want, "%s: %s", word, nearest(word, names))
	}
}
