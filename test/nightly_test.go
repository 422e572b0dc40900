// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
)

// TestRecycleInAFullPool: the guest is not touched where its new overlay cannot
// be made, can be reached meanwhile, and is recycled when there is room.
func TestRecycleInAFullPool(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	pool := p.path("pool")
	assert.NilError(t, os.Mkdir(pool, 0o755))
	assert.NilError(t, unix.Mount("tmpfs", pool, "tmpfs", 0, "size=64M,mode=0755"))
	// This runs before the project's own end, which looks what is left.
	t.Cleanup(func() {
		p.vmprov(t, "destroy", "--yes").Assert(t, icmd.Success)
		assert.NilError(t, unix.Unmount(pool, unix.MNT_DETACH))
		assert.NilError(t, os.Remove(pool))
	})
	p.configure(t, "guests:\n  a: {}\n")
	p.must(t, "up")
	pid, overlays := p.pid(t, "a"), p.overlays(t, "a")
	fill(t, p.path("pool", "filler"))

	failed := p.vmprov(t, "recycle")

	assert.Check(t, cmp.Equal(failed.ExitCode, 1), "%s", failed)
	assert.Check(t, cmp.Contains(failed.Stderr(), "No space left on device"))
	assert.Check(t, cmp.Contains(failed.Stderr(), "vmprov: hint: make room where that file lies"))
	assert.Check(t, cmp.Equal(p.pid(t, "a"), pid), "the guest was interrupted")
	assert.Check(t, cmp.DeepEqual(p.overlays(t, "a"), overlays))
	// The mark is of the overlay to come; the host key is the running one's.
	assert.Check(t, cmp.Equal(p.ssh(t, "a", "hostname"), "a"))

	assert.NilError(t, os.Remove(p.path("pool", "filler")))
	p.must(t, "recycle")
	assert.Check(t, p.pid(t, "a") != pid)
	assert.Check(t, cmp.Equal(len(p.overlays(t, "a")), 1))
	assert.Check(t, cmp.Equal(p.ssh(t, "a", "hostname"), "a"))
}

// fill writes a file until its file system is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	assert.NilError(t, err)
	defer func() { _ = f.Close() }()
	for block := make([]byte, 64<<10); ; {
		if _, err = f.Write(block); err != nil {
			assert.ErrorIs(t, err, syscall.ENOSPC)
			return
		}
	}
}

// cronJob is the command line of the example's crontab for the project, with
// further options.
func (p *project) cronJob(t *testing.T, without string, options ...string) icmd.Cmd {
	t.Helper()
	line := regexp.MustCompile(`(?m)^[0-9].*root  (.*)$`).FindStringSubmatch(readFile(t, suite.source+"/examples/nightly/crontab"))
	assert.Assert(t, len(line) == 2, "no job in the crontab")
	job := strings.NewReplacer("/usr/local/bin/vmprov", suite.binary, "/srv/nightly/vmprov.yaml", p.path("vmprov.yaml"),
		"--max-unavailable 5", "--max-unavailable 1", without, "").Replace(line[1])
	// As cron runs it, but for how these tests let nix build and where the state
	// is: no terminal, the home as its folder, next to nothing in the environment.
	cmd := icmd.Command("setsid", "env", "-i", "PATH=/usr/bin:/bin", "NIX_CONFIG="+nixConfig, "XDG_STATE_HOME="+p.path("state"),
		"/bin/sh", "-c", strings.Join(append([]string{job}, options...), " "))
	home, err := os.UserHomeDir()
	assert.NilError(t, err)
	cmd.Dir, cmd.Timeout = home, commandLimit
	return cmd
}

// TestNightly runs the example's cron job: guest after guest, as there may be
// one down at a time. A person's command that it meets is named.
func TestNightly(t *testing.T) {
	needsNix(t)
	t.Parallel()
	p := newProject(t)
	p.configure(t, "guests:\n  a: {count: 2}\n")
	p.must(t, "up")
	prom := p.path("vmprov.prom")

	night := icmd.RunCmd(p.cronJob(t, "--quiet", "--metrics", prom))

	night.Assert(t, icmd.Success)
	lines := regexp.MustCompile(`^\[[0-9a-f]{6}\] [a-z0-9-]+: [[:print:]]+$`)
	id := ""
	for line := range strings.Lines(night.Stderr()) {
		line = strings.TrimSuffix(line, "\n")
		assert.Check(t, lines.MatchString(line), "%q", line)
		if id == "" {
			id = line[:8]
		}
		assert.Check(t, strings.HasPrefix(line, id), "%q", line)
	}
	ready, next := strings.Index(night.Stderr(), "a-1: wait until ready: done"), strings.Index(night.Stderr(), "a-2: note the recycle")
	assert.Check(t, 0 < ready && ready < next, "both were down at once:\n%s", night.Stderr())
	assert.Check(t, cmp.Regexp(`(?m)^a-2 +recycled +\S+-vmprov-quickstart +the same +[0-9.]+`, night.Stdout()))
	metrics := readFile(t, prom)
	for _, line := range []string{`vmprov_run_success{project="` + p.Name + `",command="recycle"} 1`, `guest="a-2",outcome="recycled"} 1`} {
		assert.Check(t, cmp.Contains(metrics, line))
	}

	person := p.begin(t, "recycle", "a-1")
	person.reach(moment{"started", "wait until ready", "a-1"})
	met := icmd.RunCmd(p.cronJob(t, " --wait-lock 30m")) // which waits for as long
	assert.Check(t, cmp.Equal(met.ExitCode, 5), "%s", met)
	assert.Check(t, cmp.Equal(met.Stdout(), ""))
	assert.Check(t, cmp.Regexp(`^\[[0-9a-f]{6}\] vmprov: error: lock project .*: held by pid \d+ \(.* recycle a-1\)\n`, met.Stderr()))
	assert.NilError(t, person.cmd.Process.Signal(interrupt))
	assert.Equal(t, person.end(), 130)
}
