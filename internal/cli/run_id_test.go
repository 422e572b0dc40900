// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"vmprov/internal/event"
	"vmprov/internal/run"
)

// runWith runs a command line whose recycle does this.
func runWith(t *testing.T, recycle func(run.Env) (*run.Summary, error), args ...string) (code int, stdout, stderr string) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "vmprov.yaml")
	assert.NilError(t, os.WriteFile(config, nil, 0o644))
	var out, err strings.Builder
	v := (&recorder{}).verbs()
	v.recycle = func(_ context.Context, env run.Env, _ run.RecycleOptions) (*run.Summary, error) { return recycle(env) }
	p := &program{
		out: &resultWriter{w: &out}, err: &err, verbs: v, getenv: func(string) string { return "" },
		now: func() time.Time { return time.Unix(1_790_000_000, 0) }, newRun: func() string { return "c0ffee" },
	}
	code = p.run(t.Context(), append([]string{"recycle", config}, args...))
	return code, out.String(), err.String()
}

// TestRunID: in a log each line says which run it is of, also those of an error
// that has several.
func TestRunID(t *testing.T) {
	fails := func(env run.Env) (*run.Summary, error) {
		env.Emit(event.Event{Kind: event.Note, Guest: "a", Text: "one\x1b[31m"})
		return nil, errors.New("start: no\nmemory")
	}
	code, _, stderr := runWith(t, fails)
	assert.Equal(t, code, ExitFailed)
	assert.Equal(t, stderr, "[c0ffee] a: one\n[c0ffee] vmprov: error: start: no\n[c0ffee]   memory\n")

	_, _, stderr = runWith(t, fails, "--quiet")
	assert.Equal(t, stderr, "[c0ffee] vmprov: error: start: no\n[c0ffee]   memory\n")

	_, stdout, _ := runWith(t, fails, "--json")
	assert.Check(t, cmp.Contains(stdout, `"run":"c0ffee","kind":"note"`))

	_, stdout, _ = runWith(t, func(run.Env) (*run.Summary, error) { return &run.Summary{Project: "p"}, nil }, "--json")
	assert.Equal(t, stdout, `{"run":"c0ffee","summary":{"project":"p","changed":false,"guests":null}}`+"\n")

	// Nothing was run, and an editor reads such lines.
	code, _, stderr = runWith(t, func(run.Env) (*run.Summary, error) { return nil, usagef("no such guest") })
	assert.Equal(t, code, ExitUsage)
	assert.Check(t, !strings.Contains(stderr, "c0ffee"), stderr)
}

func TestNewRunID(t *testing.T) {
	a, b := newRunID(), newRunID()
	assert.Check(t, cmp.Regexp("^[0-9a-f]{6}$", a))
	assert.Check(t, a != b)
}

// TestLinePrefix: a line that is written in pieces has one, and each call is one write.
func TestLinePrefix(t *testing.T) {
	var calls []string
	l := &linePrefix{w: writerFunc(func(b []byte) { calls = append(calls, string(b)) }), prefix: "> "}
	for _, piece := range []string{"a", "b\nc\n", "", "\n", "d"} {
		n, err := fmt.Fprint(l, piece)
		assert.NilError(t, err)
		assert.Equal(t, n, len(piece))
	}
	assert.DeepEqual(t, calls, []string{"> a", "b\n> c\n", "", "> \n", "> d"})
}

type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) { f(b); return len(b), nil }
