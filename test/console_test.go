// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"io"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
)

// TestConsole: each way out of a console leaves in time, while the guest talks
// and while it is silent.
func TestConsole(t *testing.T) {
	p := newProject(t)
	p.configure(t, "guests:\n  a:\n")
	p.must(t, "up")
	for _, tc := range []struct {
		name string
		exit int
		out  func(*testing.T, *exec.Cmd, io.WriteCloser)
	}{
		{"escape", 0, func(t *testing.T, _ *exec.Cmd, in io.WriteCloser) {
			_, err := in.Write([]byte("\n\x1dnot sent"))
			assert.NilError(t, err)
		}},
		{"interrupt", 130, func(t *testing.T, cmd *exec.Cmd, _ io.WriteCloser) {
			assert.NilError(t, cmd.Process.Signal(syscall.SIGINT))
		}},
		{"guest stops after the end of the input", 0, func(t *testing.T, _ *exec.Cmd, in io.WriteCloser) {
			assert.NilError(t, in.Close())
			icmd.RunCommand("virsh", "-q", "-c", "qemu:///system", "destroy", p.domain("a")).Assert(t, icmd.Success)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			spec := p.command("console", "a")
			cmd := exec.CommandContext(t.Context(), spec.Command[0], spec.Command[1:]...)
			cmd.Dir, cmd.Env = spec.Dir, spec.Env
			in, err := cmd.StdinPipe()
			assert.NilError(t, err)
			out, err := cmd.StdoutPipe()
			assert.NilError(t, err)
			assert.NilError(t, cmd.Start())
			// Something is on the console: the boot's own text, or the answer to a key.
			_, err = in.Write([]byte("\n"))
			assert.NilError(t, err)
			_, err = io.ReadFull(out, make([]byte, 1))
			assert.NilError(t, err)
			tc.out(t, cmd, in)
			limit := time.AfterFunc(endLimit, func() { _ = cmd.Process.Kill() })
			_, _ = io.Copy(io.Discard, out)
			_ = cmd.Wait()
			assert.Assert(t, limit.Stop(), "it did not end within %s", endLimit)
			assert.Equal(t, cmd.ProcessState.ExitCode(), tc.exit)
		})
	}
}
