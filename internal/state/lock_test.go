// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"
	"gotest.tools/v3/skip"
)

// holdEnv makes the test binary a second process that holds the lock of the
// project it names, until its standard input ends.
const holdEnv = "VMPROV_TEST_HOLD_LOCK"

func TestMain(m *testing.M) {
	if project := os.Getenv(holdEnv); project != "" {
		hold(project)
		return
	}
	os.Exit(m.Run())
}

func hold(project string) {
	lock, err := Acquire(context.Background(), "test:///default", project, 0)
	fmt.Println(err)
	if err != nil {
		return
	}
	io.Copy(io.Discard, os.Stdin)
	lock.Release()
}

// holderOf starts the second process, which has the lock when it is returned.
func holderOf(t *testing.T, project string) (*exec.Cmd, io.Closer) {
	t.Helper()
	exe, err := os.Executable()
	assert.NilError(t, err)
	cmd := exec.Command(exe, "up", "lab\x1b[31m.yaml")
	cmd.Env = append(os.Environ(), holdEnv+"="+project)
	stdin, err := cmd.StdinPipe()
	assert.NilError(t, err)
	stdout, err := cmd.StdoutPipe()
	assert.NilError(t, err)
	assert.NilError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	assert.NilError(t, err)
	assert.Equal(t, line, "<nil>\n")
	return cmd, stdin
}

func project(t *testing.T) string { return fmt.Sprintf("%s-%d", t.Name(), os.Getpid()) }

func TestLockExcludesAndNamesTheHolder(t *testing.T) {
	cmd, _ := holderOf(t, project(t))
	_, err := Acquire(t.Context(), "test:///default", project(t), 0)
	var locked *LockedError
	assert.Assert(t, errors.As(err, &locked), "%v", err)
	assert.Equal(t, locked.PID, cmd.Process.Pid)
	assert.Equal(t, locked.UID, os.Geteuid())
	assert.Equal(t, locked.Command, cmd.Path+" up lab.yaml")
	assert.Error(t, err, fmt.Sprintf("lock project `%s` on test:///default: held by pid %d (%s up lab.yaml)", project(t), cmd.Process.Pid, cmd.Path))
}

// Seen from another pid namespace the holder has no pid.
func TestLockNamesAHolderOutsideThePidNamespace(t *testing.T) {
	skip.If(t, os.Geteuid() != 0, "a pid namespace needs root")
	lock, err := Acquire(t.Context(), "test:///default", project(t), 0)
	assert.NilError(t, err)
	defer lock.Release()
	exe, err := os.Executable()
	assert.NilError(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), holdEnv+"="+project(t))
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
	out, err := cmd.Output()
	assert.NilError(t, err)
	assert.Equal(t, string(out), fmt.Sprintf("lock project `%s` on test:///default: held by another process\n", project(t)))
}

func TestLockIsFreeTheMomentItsHolderIsKilled(t *testing.T) {
	cmd, _ := holderOf(t, project(t))
	assert.NilError(t, cmd.Process.Kill())
	cmd.Wait()
	lock, err := Acquire(t.Context(), "test:///default", project(t), 0)
	assert.NilError(t, err)
	assert.NilError(t, lock.Release())
}

func TestLockWaitsForTheHoldersEnd(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(*exec.Cmd, io.Closer) error
	}{
		{"released", func(_ *exec.Cmd, stdin io.Closer) error { return stdin.Close() }},
		{"killed", func(cmd *exec.Cmd, _ io.Closer) error { return cmd.Process.Kill() }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cmd, stdin := holderOf(t, project(t))
			got := make(chan error, 1)
			go func() {
				lock, err := Acquire(context.Background(), "test:///default", project(t), time.Minute)
				if err == nil {
					err = lock.Release()
				}
				got <- err
			}()
			waitUntilQueued(t, project(t))
			start := time.Now()
			assert.NilError(t, tc.end(cmd, stdin))
			assert.NilError(t, <-got)
			assert.Assert(t, time.Since(start) < 5*time.Second, "woke after %s", time.Since(start))
		})
	}
}

// waitUntilQueued returns when somebody is connected to the lock's holder.
func waitUntilQueued(t *testing.T, project string) {
	t.Helper()
	name := lockName("test:///default", project, os.Geteuid())
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		data, err := os.ReadFile("/proc/net/unix")
		if err != nil {
			return poll.Error(err)
		}
		// One line is the listener, each further one a connection that waits in its queue.
		if strings.Count(string(data), name) > 1 {
			return poll.Success()
		}
		return poll.Continue("nobody is connected to %s", name)
	}, poll.WithDelay(time.Millisecond))
}

func TestLockWaitExpires(t *testing.T) {
	holderOf(t, project(t))
	start := time.Now()
	_, err := Acquire(t.Context(), "test:///default", project(t), 150*time.Millisecond)
	var locked *LockedError
	assert.Assert(t, errors.As(err, &locked), "%v", err)
	assert.Assert(t, locked.PID > 0)
	assert.Assert(t, time.Since(start) >= 150*time.Millisecond)
}

func TestLockWaitIsCancelled(t *testing.T) {
	holderOf(t, project(t))
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("interrupted")
	time.AfterFunc(20*time.Millisecond, func() { cancel(cause) })
	_, err := Acquire(ctx, "test:///default", project(t), time.Hour)
	assert.ErrorIs(t, err, cause)
	_, err = Acquire(ctx, "test:///default", "free-"+project(t), time.Hour)
	assert.ErrorIs(t, err, cause)
}

func TestLockIsOnePerProjectAndConnection(t *testing.T) {
	a, err := Acquire(t.Context(), "test:///default", project(t), 0)
	assert.NilError(t, err)
	b, err := Acquire(t.Context(), "test:///default", project(t)+"b", 0)
	assert.NilError(t, err)
	c, err := Acquire(t.Context(), "test:///other", project(t), 0)
	assert.NilError(t, err)
	d, err := AcquireHost(t.Context(), "test:///"+project(t))
	assert.NilError(t, err)
	for _, l := range []*Lock{a, b, c, d} {
		assert.NilError(t, l.Release())
	}
}

// Many at once: each gets it, never two together.
func TestLockUnderContention(t *testing.T) {
	var inside, entered int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			lock, err := Acquire(t.Context(), "test:///default", project(t), time.Minute)
			assert.Check(t, err)
			if err != nil {
				return
			}
			mu.Lock()
			inside++
			entered++
			assert.Check(t, inside == 1)
			mu.Unlock()
			mu.Lock()
			inside--
			mu.Unlock()
			assert.Check(t, lock.Release())
		})
	}
	all.Wait()
	assert.Equal(t, entered, 50)
}

func TestLockName(t *testing.T) {
	long := lockName("qemu+ssh://user@"+strings.Repeat("host.", 40)+"example/system", strings.Repeat("p", 63), 0)
	assert.Assert(t, len(long) < 108)
	assert.Equal(t, lockName("qemu:///system", "a", 1), lockName("qemu:///system", "a", 2))
	assert.Assert(t, lockName("qemu:///session", "a", 1) != lockName("qemu:///session", "a", 2))
	assert.Assert(t, lockName("qemu:///system", "a", 1) != lockName("qemu:///system", "", 1))
}

func TestLockedErrorMessage(t *testing.T) {
	me := os.Geteuid()
	for _, tc := range []struct {
		name string
		err  LockedError
		want string
	}{
		{"own", LockedError{Scope: "x", PID: 12, UID: me, Command: "vmprov up"}, "lock x: held by pid 12 (vmprov up)"},
		{"another user's", LockedError{Scope: "x", PID: 12, UID: me + 1, Command: "vmprov up"}, fmt.Sprintf("lock x: held by pid 12 (vmprov up) of uid %d", me+1)},
		{"another pid namespace", LockedError{Scope: "x", UID: me}, "lock x: held by another process"},
		{"unknown", LockedError{Scope: "x", UID: -1}, "lock x: held by another process"},
	} {
		t.Run(tc.name, func(t *testing.T) { assert.Error(t, &tc.err, tc.want) })
	}
}

func TestWordsAreBounded(t *testing.T) {
	assert.Equal(t, words([]byte("a\x00b c\x00")), "a b c")
	got := words([]byte(strings.Repeat("ü", 300)))
	assert.Equal(t, got, strings.Repeat("ü", 200)+"…")
}
