// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// moment is a point of a command's work, as its events tell it. The first
// event that fits is meant; an empty guest fits every one.
type moment struct {
	kind   string // started or done
	action string
	guest  string
}

func (m moment) String() string {
	words := []string{m.action, m.kind}
	if m.guest != "" {
		words = append([]string{m.guest}, words...)
	}
	return strings.Join(words, " ")
}

// event is what these tests read of a line of `--json`.
type event struct {
	Kind   string `json:"kind"`
	Action string `json:"action"`
	Guest  string `json:"guest"`
}

const interrupt = syscall.SIGINT

func (m moment) is(e event) bool {
	return e.Kind == m.kind && e.Action == m.action && (m.guest == "" || m.guest == e.Guest)
}

// child is a changing command that runs beside the test.
type child struct {
	t      *testing.T
	cmd    *exec.Cmd
	events *bufio.Scanner
	stderr *strings.Builder
}

// begin starts a command. It is killed at the end of the test if it still runs.
func (p *project) begin(t *testing.T, args ...string) *child {
	t.Helper()
	spec := p.command(append([]string{"--json"}, args...)...)
	cmd := exec.CommandContext(t.Context(), spec.Command[0], spec.Command[1:]...)
	cmd.Dir, cmd.Env = spec.Dir, spec.Env
	c := &child{t: t, cmd: cmd, stderr: &strings.Builder{}}
	cmd.Stderr = c.stderr
	out, err := cmd.StdoutPipe()
	assert.NilError(t, err)
	c.events = bufio.NewScanner(out)
	c.events.Buffer(nil, 1<<20)
	assert.NilError(t, cmd.Start())
	return c
}

// reach reads the command's events until the moment; a command that ends
// before it fails the test.
func (c *child) reach(m moment) {
	c.t.Helper()
	var seen []string
	for c.events.Scan() {
		var e event
		assert.NilError(c.t, json.Unmarshal(c.events.Bytes(), &e), "%s", c.events.Text())
		if m.is(e) {
			return
		}
		seen = append(seen, c.events.Text())
	}
	c.t.Fatalf("%v: it ended before `%s`: %v\n%s\n%s", c.cmd.Args, m, c.cmd.Wait(), strings.Join(seen, "\n"), c.stderr)
}

// endLimit is how long a command may take to end after its signal: the step
// under way is finished.
const endLimit = 10 * time.Second

// end waits for the command and gives its exit status: the number of its
// signal and 128 where one ended it.
func (c *child) end() int {
	c.t.Helper()
	limit := time.AfterFunc(endLimit, func() { _ = c.cmd.Process.Kill() })
	for c.events.Scan() { // what is not read would hold the command
	}
	err := c.cmd.Wait()
	assert.Assert(c.t, limit.Stop(), "%v did not end within %s", c.cmd.Args, endLimit)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		assert.Assert(c.t, errors.Is(err, io.ErrClosedPipe), "%v", err)
		return -1
	}
	status := exit.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// cut runs a command until the moment and ends it there by a signal.
func (p *project) cut(t *testing.T, signal syscall.Signal, m moment, args ...string) {
	t.Helper()
	p.begin(t, args...).cut(signal, m)
}

// cut ends the command by a signal when it reaches the moment.
func (c *child) cut(signal syscall.Signal, m moment) {
	c.t.Helper()
	t := c.t
	c.reach(m)
	assert.NilError(t, c.cmd.Process.Signal(signal))
	// A command says 130 for SIGINT, and the shell for SIGKILL 137.
	assert.Equal(t, c.end(), 128+int(signal), "%v ended by %s at `%s`\n%s", c.cmd.Args, signal, m, c.stderr)
}
