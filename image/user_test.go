// SPDX-License-Identifier: Apache-2.0

package image

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"
	"gotest.tools/v3/skip"

	"vmprov/internal/event"
)

// nobody is an account of every system, with a home of its own here that it
// can reach.
func nobody(t *testing.T) *User {
	t.Helper()
	account, err := user.Lookup("nobody")
	skip.If(t, err != nil, "NOT TESTED: there is no account nobody")
	uid, err := strconv.Atoi(account.Uid)
	assert.NilError(t, err)
	gid, err := strconv.Atoi(account.Gid)
	assert.NilError(t, err)
	home := filepath.Join(t.TempDir(), "home")
	assert.NilError(t, os.Mkdir(home, 0o755))
	for _, dir := range []string{filepath.Dir(home), filepath.Dir(filepath.Dir(home))} {
		assert.NilError(t, os.Chmod(dir, 0o755))
	}
	u := &User{UID: uid, GID: gid, Name: "nobody", Home: home}
	give(t, u, home)
	return u
}

func give(t *testing.T, u *User, path string) {
	t.Helper()
	command(t, "", "chown", "-R", strconv.Itoa(u.UID)+":"+strconv.Itoa(u.GID), path)
}

// repositoryOf is a git repository of u with a tracked flake.
func repositoryOf(t *testing.T, u *User) string {
	t.Helper()
	repository := filepath.Join(u.Home, "vm")
	flake(t, repository, packages("image", derivation(makeFile)))
	assert.NilError(t, os.WriteFile(filepath.Join(repository, "untracked"), nil, 0o644))
	command(t, repository, "git", "init", "-q")
	command(t, repository, "git", "add", "flake.nix")
	give(t, u, repository)
	return repository
}

// daemon starts a nix daemon on a socket of its own.
func daemon(t *testing.T) {
	t.Helper()
	path, err := exec.LookPath("nix-daemon")
	skip.If(t, err != nil, "NOT TESTED: nix-daemon is not installed")
	folder, err := os.MkdirTemp("", "nixd")
	assert.NilError(t, err)
	t.Cleanup(func() { os.RemoveAll(folder) })
	assert.NilError(t, os.Chmod(folder, 0o755))
	socket := filepath.Join(folder, "socket")
	t.Setenv("NIX_DAEMON_SOCKET_PATH", socket)
	t.Setenv("XDG_CACHE_HOME", "")
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), "NIX_CONFIG=sandbox = false\nsubstitute = false\nbuild-users-group =")
	log, err := cmd.StderrPipe()
	assert.NilError(t, err)
	assert.NilError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	go func() {
		for scanner := bufio.NewScanner(log); scanner.Scan(); {
		}
	}()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			return poll.Continue("%v", err)
		}
		conn.Close()
		return poll.Success()
	})
}

func uidOf(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Lstat(path)
	assert.NilError(t, err)
	return owner(info)
}

func TestRootBuildsAUsersFlakeWithThatUsersRights(t *testing.T) {
	needNix(t)
	daemon(t)
	u := nobody(t)
	log := filepath.Join(u.Home, "logs", "devel.log")
	a, seen, err := built(t, Request{Name: "devel", Flake: repositoryOf(t, u), User: u, Log: log})
	assert.NilError(t, err, "%s", seen.texts(event.Progress))
	assert.Equal(t, seen.texts(event.Note), "")
	assert.Equal(t, uidOf(t, log), u.UID)
	// nix's caches show who ran it.
	assert.Equal(t, uidOf(t, filepath.Join(u.Home, ".cache", "nix")), u.UID)

	link := filepath.Join(u.Home, "root")
	assert.NilError(t, AddRoot(t.Context(), a.StorePath, link))
	assert.Equal(t, uidOf(t, link), u.UID)
	assert.Assert(t, !collected(a.StorePath))
	assert.NilError(t, os.Remove(link))
	assert.Assert(t, collected(a.StorePath))
}

// A user's link to where only root may write must not be followed by root.
func TestRootAddsNoRootThroughAUsersLink(t *testing.T) {
	needNix(t)
	daemon(t)
	u := nobody(t)
	a, seen, err := built(t, Request{Name: "devel", Flake: repositoryOf(t, u), User: u})
	assert.NilError(t, err, "%s", seen.texts(event.Progress))
	victim := t.TempDir()
	assert.NilError(t, os.Symlink(victim, filepath.Join(u.Home, "roots")))
	err = AddRoot(t.Context(), a.StorePath, filepath.Join(u.Home, "roots", "r"))
	assert.ErrorContains(t, err, "ermission denied")
	_, err = os.Lstat(filepath.Join(victim, "r"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestRootBuildsAUsersFlakeItselfWithoutADaemon(t *testing.T) {
	needNix(t)
	skip.If(t, daemonAnswers(), "NOT TESTED: a nix daemon answers here")
	u := nobody(t)
	repository := repositoryOf(t, u)
	log := filepath.Join(u.Home, "logs", "devel.log")
	_, seen, err := built(t, Request{Name: "devel", Flake: repository, User: u, Log: log})
	assert.NilError(t, err, "%s", seen.texts(event.Progress))
	assert.Equal(t, seen.texts(event.Note), "no nix daemon answers: root builds nobody's flake "+repository+" itself, with all files in it")
	assert.Equal(t, uidOf(t, log), u.UID)
	_, err = os.Lstat(filepath.Join(repository, "flake.lock"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestRootLeavesALogLinkAlone(t *testing.T) {
	needNix(t)
	u := nobody(t)
	victim := t.TempDir()
	assert.NilError(t, os.Symlink(victim, filepath.Join(u.Home, "logs")))
	_, _, err := built(t, Request{Name: "devel", Flake: repositoryOf(t, u), User: u, Log: filepath.Join(u.Home, "logs", "devel.log")})
	assert.ErrorContains(t, err, "no link is followed below "+u.Home)
	entries, err := os.ReadDir(victim)
	assert.NilError(t, err)
	assert.Equal(t, len(entries), 0)
}

func TestEnvironmentOf(t *testing.T) {
	got := environmentOf(&User{Name: "alice", Home: "/home/alice"}, []string{
		"PATH=/bin", "HOME=/root", "USER=root", "LOGNAME=root", "XDG_RUNTIME_DIR=/run/user/0", "TMPDIR=/root/tmp",
		"SSH_AUTH_SOCK=/root/agent", "SUDO_UID=7", "NIX_CONFIG=x"})
	assert.Equal(t, strings.Join(got, " "), "PATH=/bin NIX_CONFIG=x HOME=/home/alice USER=alice LOGNAME=alice")
}

func TestTamperer(t *testing.T) {
	skip.If(t, os.Geteuid() != 0, "NOT TESTED: another user's folder needs root")
	u := nobody(t)
	roots := filepath.Join(u.Home, "roots")
	assert.NilError(t, os.Mkdir(roots, 0o755))
	got, err := tamperer(roots)
	assert.NilError(t, err)
	assert.Equal(t, got.UID, u.UID)
	got, err = tamperer(t.TempDir())
	assert.NilError(t, err)
	assert.Assert(t, got == nil)
}
