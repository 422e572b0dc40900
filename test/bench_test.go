// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
)

// The benchmarks (`make bench`) run vmprov and what it is compared with in
// turns within one run, so that a machine that is busy slows both. Every figure
// is a median. A benchmark fails where its target is missed, and is meant to
// run once (-benchtime 1x), as it has rounds of its own.

// benchProject is a project for a benchmark; what is left of it fails it.
func benchProject(b *testing.B, config string) *project {
	b.Helper()
	dir, err := os.MkdirTemp("", "bench.")
	assert.NilError(b, err)
	p := &project{Name: projectName(strings.TrimPrefix(b.Name(), "Benchmark")), Dir: dir}
	assert.NilError(b, os.Chmod(dir, 0o755))
	b.Cleanup(func() {
		p.run(b, "destroy", "--project", p.Name, "--yes")
		left, err := p.leaks()
		assert.Check(b, err)
		assert.Check(b, len(left) == 0, "left of project %s: %q", p.Name, left)
		assert.Check(b, os.RemoveAll(dir))
	})
	config = strings.NewReplacer("{{.Name}}", p.Name, "{{.Source}}", suite.source).Replace(config)
	assert.NilError(b, os.WriteFile(p.path("vmprov.yaml"), []byte(config), 0o644))
	return p
}

// usage is what one run of vmprov cost.
type usage struct {
	Wall, CPU time.Duration
	// PeakMiB is the largest resident set. The kernel counts what the parent
	// had at the fork in, so it is never less than the test's own.
	PeakMiB float64
}

// run runs vmprov to its end, which must be a good one, and measures it.
func (p *project) run(b *testing.B, args ...string) usage {
	b.Helper()
	_, u := p.output(b, args...)
	return u
}

func (p *project) output(b *testing.B, args ...string) (*icmd.Result, usage) {
	b.Helper()
	began := time.Now()
	result := icmd.RunCmd(p.command(args...))
	wall := time.Since(began)
	assert.Assert(b, result.ExitCode == 0, "vmprov %s: %s", strings.Join(args, " "), result)
	state := result.Cmd.ProcessState
	peak := state.SysUsage().(*syscall.Rusage).Maxrss
	return result, usage{Wall: wall, CPU: state.UserTime() + state.SystemTime(), PeakMiB: float64(peak) / 1024}
}

// series are the times of one thing over the rounds of a benchmark.
type series []time.Duration

func (s series) median() time.Duration {
	sorted := slices.Clone(s)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

func (s series) String() string {
	out := make([]string, len(s))
	for i, d := range s {
		out[i] = fmt.Sprintf("%.0f", milliseconds(d))
	}
	return strings.Join(out, " ")
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// versus compares two ways to the same end.
type versus struct {
	what        string
	vmprov, raw series
}

// ratio is the median of the ratios of each round.
func (p versus) ratio() float64 {
	ratios := make([]float64, len(p.vmprov))
	for i := range p.vmprov {
		ratios[i] = float64(p.vmprov[i]) / float64(p.raw[i])
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

// report prints a pair and fails where vmprov is slower than the ratio allows
// and, where slack is given, by more than that.
func (p versus) report(b *testing.B, most float64, slack time.Duration) {
	b.Helper()
	b.Logf("%s: vmprov %.0f ms, raw %.0f ms, ratio %.3f (target %.2f or %s more)\n  vmprov %s\n  raw    %s",
		p.what, milliseconds(p.vmprov.median()), milliseconds(p.raw.median()), p.ratio(), most, slack, p.vmprov, p.raw)
	b.ReportMetric(p.ratio(), metric(p.what)+"-ratio")
	over := p.vmprov.median() - p.raw.median()
	if p.ratio() > most && over > slack {
		b.Errorf("%s: missed by %.0f ms", p.what, milliseconds(over))
	}
}

// limit prints a figure and fails where it is more than it may be.
func limit(b *testing.B, what string, got, most float64, unit string) {
	b.Helper()
	b.Logf("%s: %.1f %s (target under %.0f)", what, got, unit, most)
	b.ReportMetric(got, metric(what)+"-"+unit)
	if got > most {
		b.Errorf("%s: missed by %.1f %s", what, got-most, unit)
	}
}

func metric(what string) string { return strings.ReplaceAll(what, " ", "-") }

// inTurns runs two things in each round, one first and then the other one.
func inTurns(rounds int, one, other func()) {
	for round := range rounds {
		if round%2 == 0 {
			one()
			other()
		} else {
			other()
			one()
		}
	}
}

// BenchmarkHelp is what a shell's user waits for before anything is looked at.
func BenchmarkHelp(b *testing.B) {
	p := &project{Name: "help", Dir: b.TempDir()}
	var took series
	for range 31 {
		took = append(took, p.run(b, "--help").Wall)
	}
	limit(b, "help", milliseconds(took.median()), 30, "ms")
}
