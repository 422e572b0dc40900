// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/golden"

	"vmprov/internal/run"
	"vmprov/internal/virt"
)

func TestMetricsText(t *testing.T) {
	m := measured{
		project: "fstests", command: "recycle", end: time.Unix(1_790_000_000, 0), took: 61234567 * time.Microsecond, exit: ExitNotReady,
		guests: []run.Result{
			{Guest: "xfs-1", Outcome: "recycled", Seconds: 12.34},
			{Guest: "x\"f\\s\n2", Outcome: "rolled back", Seconds: 60},
			{Guest: "xfs-3", Outcome: "left as it was"},
		},
	}
	golden.Assert(t, m.text(), "metrics.golden")
	m.exit, m.guests = ExitDone, nil
	assert.Check(t, cmp.Contains(m.text(), "\nvmprov_run_success{project=\"fstests\",command=\"recycle\"} 1\n"))
	assert.Check(t, !cmp.Contains(m.text(), "guest_result")().Success())
}

// TestMetricsFile: it is replaced as a whole, readable for all, also when the
// command failed before it had any guests.
func TestMetricsFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "vmprov.prom")
	assert.NilError(t, os.WriteFile(path, []byte("old"), 0o600))
	works := func(run.Env) (*run.Summary, error) {
		return &run.Summary{Project: "p", Guests: []run.Result{{Guest: "a", Outcome: "recycled"}}}, nil
	}
	code, _, stderr := runWith(t, works, "--metrics", path)
	assert.Equal(t, code, ExitDone, stderr)
	assert.Check(t, cmp.Contains(read(t, path), `vmprov_guest_result{project="p",command="recycle",guest="a",outcome="recycled"} 1`))
	info, err := os.Stat(path)
	assert.NilError(t, err)
	assert.Equal(t, info.Mode(), os.FileMode(0o644))
	entries, err := os.ReadDir(folder)
	assert.NilError(t, err)
	assert.Equal(t, len(entries), 1, "%v", entries)

	code, _, _ = runWith(t, func(run.Env) (*run.Summary, error) { return nil, virt.ErrNoDaemon }, "--metrics", path)
	assert.Equal(t, code, ExitNoDaemon)
	assert.Check(t, cmp.Contains(read(t, path), `vmprov_run_exit_status{project="fstests",command="recycle"} 4`))

	before := read(t, path)
	code, _, _ = runWith(t, works, "--metrics", path, "--dry-run")
	assert.Equal(t, code, ExitDone)
	assert.Equal(t, read(t, path), before, "a dry run is none")

	code, _, stderr = runWith(t, works, "--metrics", filepath.Join(folder, "no", "x.prom"))
	assert.Equal(t, code, ExitFailed)
	assert.Check(t, cmp.Contains(stderr, "vmprov: error: write metrics: "), stderr)
	code, _, stderr = runWith(t, func(run.Env) (*run.Summary, error) { return nil, errors.New("start: no memory") }, "--metrics", folder)
	assert.Equal(t, code, ExitFailed)
	assert.Check(t, cmp.Contains(stderr, "start: no memory"), stderr)
	assert.Check(t, cmp.Contains(stderr, "write metrics: "), stderr)
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	assert.NilError(t, err)
	return string(data)
}
