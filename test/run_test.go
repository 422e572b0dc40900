// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
)

// commandLimit is how long one command may take before the test fails: two
// guests that boot side by side under emulation, twice.
const commandLimit = 4 * time.Minute

// command is vmprov in the project's folder and state folder, for tests that
// change how it is run.
func (p *project) command(args ...string) icmd.Cmd {
	cmd := icmd.Command(suite.binary, args...)
	cmd.Dir = p.Dir
	cmd.Timeout = commandLimit
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+p.path("state"))
	return cmd
}

// runID begins each line that a changing command says without a terminal.
var runID = regexp.MustCompile(`(?m)^\[[0-9a-f]{6}\] `)

// vmprov runs a command to its end: ExitCode, Stdout(), Stderr() and Assert of
// the result say the rest.
func (p *project) vmprov(t *testing.T, args ...string) *icmd.Result {
	t.Helper()
	began := time.Now()
	result := icmd.RunCmd(p.command(args...))
	t.Logf("vmprov %s: exit %d, %s", strings.Join(args, " "), result.ExitCode, time.Since(began).Round(10*time.Millisecond))
	return result
}

// must runs a command that must succeed, and gives its standard output.
func (p *project) must(t *testing.T, args ...string) string {
	t.Helper()
	return p.vmprov(t, args...).Assert(t, icmd.Success).Stdout()
}

// ssh runs a shell command in a guest by `vmprov ssh`, and gives its standard
// output without the last line end.
func (p *project) ssh(t *testing.T, guest, command string) string {
	t.Helper()
	result := icmd.RunCmd(p.command("ssh", guest, "--", command))
	assert.Assert(t, result.ExitCode == 0, "in guest %s: %s\n%s", guest, command, result)
	return strings.TrimRight(result.Stdout(), "\n")
}

// virsh runs a virsh command that must succeed, and gives its standard output.
func virsh(t *testing.T, args ...string) string {
	t.Helper()
	return icmd.RunCommand("virsh", append([]string{"-q", "-c", "qemu:///system"}, args...)...).Assert(t, icmd.Success).Stdout()
}

// writeFile makes a file of the host for all to read.
func writeFile(t *testing.T, path, content string) {
	t.Helper()
	assert.NilError(t, os.WriteFile(path, []byte(content), 0o644))
}

// readFile reads a file of the host.
func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	assert.NilError(t, err)
	return string(data)
}

// number reads what a command printed.
func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(text))
	assert.NilError(t, err)
	return n
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
