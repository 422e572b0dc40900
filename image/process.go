// SPDX-License-Identifier: Apache-2.0

package image

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// grace is how long an interrupted program may clean up before it is killed.
const grace = 5 * time.Second

// output runs cmd and returns its standard output. When ctx ends, cmd's
// process group is interrupted, so that nix ends its builders, and what still
// runs after grace is killed with all that it started. The death of this
// process ends cmd too.
func output(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	err := run(ctx, cmd)
	return stdout.Bytes(), err
}

func run(ctx context.Context, cmd *exec.Cmd) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
	// What outlives cmd and holds its output must not hold this process.
	cmd.WaitDelay = grace
	// The death signal is sent when the thread that forked ends (prctl(2)).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return err
	}
	exited, over := make(chan struct{}), make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(over)
		interrupt(cmd.Process.Pid, grace, exited)
	})
	err := cmd.Wait()
	close(exited)
	if !stop() {
		<-over
	}
	return err
}

// interrupt asks the process group that pid leads to end, and kills it when
// it has not exited after grace.
func interrupt(pid int, grace time.Duration, exited <-chan struct{}) {
	syscall.Kill(-pid, syscall.SIGINT)
	select {
	case <-exited:
	case <-time.After(grace):
		// nix gives each builder a session of its own: the group is not all.
		for _, child := range descendants(pid) {
			syscall.Kill(child, syscall.SIGKILL)
		}
		syscall.Kill(-pid, syscall.SIGKILL)
	}
}

// descendants are the processes that pid started, and theirs.
func descendants(pid int) []int {
	children := childrenByParent()
	var found []int
	for queue := []int{pid}; len(queue) > 0; queue = queue[1:] {
		found = append(found, children[queue[0]]...)
		queue = append(queue, children[queue[0]]...)
	}
	return found
}

func childrenByParent() map[int][]int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	children := map[int][]int{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if parent, ok := parentOf(pid); ok {
			children[parent] = append(children[parent], pid)
		}
	}
	return children
}

// parentOf reads the fourth field of /proc/PID/stat (proc(5)); the second,
// the name in parentheses, may hold anything.
func parentOf(pid int) (int, bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(fields) < 2 {
		return 0, false
	}
	parent, err := strconv.Atoi(fields[1])
	return parent, err == nil
}
