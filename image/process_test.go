// SPDX-License-Identifier: Apache-2.0

package image

import (
	"bufio"
	"crypto/rand"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"
)

// A program that ignores the interrupt, with a child in a session of its own.
func TestInterruptKillsWhatDoesNotEnd(t *testing.T) {
	marker := rand.Text()
	cmd := exec.Command("/bin/sh", "-c", `trap "" INT; setsid /bin/sh -c "echo up; sleep 1000; exit" `+marker+` & wait; wait`)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	assert.NilError(t, err)
	assert.NilError(t, cmd.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	assert.NilError(t, err)
	assert.Assert(t, len(processesWith(t, marker)) > 0)

	interrupt(cmd.Process.Pid, 50*time.Millisecond, make(chan struct{}))
	cmd.Wait()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if left := processesWith(t, marker); len(left) > 0 {
			return poll.Continue("left: %q", left)
		}
		return poll.Success()
	}, poll.WithDelay(10*time.Millisecond))
}

func TestInterruptLetsAProgramEndItself(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", `trap "echo bye; exit 7" INT; echo up; while :; do sleep 0.01; done`)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	assert.NilError(t, err)
	assert.NilError(t, cmd.Start())
	reader := bufio.NewReader(out)
	_, err = reader.ReadString('\n')
	assert.NilError(t, err)
	exited := make(chan struct{})
	done := make(chan struct{})
	go func() { interrupt(cmd.Process.Pid, time.Minute, exited); close(done) }()
	line, err := reader.ReadString('\n')
	assert.NilError(t, err)
	assert.Equal(t, line, "bye\n")
	cmd.Wait()
	close(exited)
	<-done
	assert.Equal(t, cmd.ProcessState.ExitCode(), 7)
}
