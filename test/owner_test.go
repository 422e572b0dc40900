// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
)

// user is an account that only this lab has.
type user struct {
	name string
	id   int
	home string
}

// addUser puts an account into copies of the account files, which it binds
// over the machine's own in the lab's mounts.
func addUser(t *testing.T, name string, id int) user {
	t.Helper()
	home, err := os.MkdirTemp("", "e2e-home.")
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, os.RemoveAll(home)) })
	assert.NilError(t, os.Chmod(home, 0o755))
	assert.NilError(t, os.Chown(home, id, id))
	appendPrivately(t, "/etc/passwd", fmt.Sprintf("%s:x:%d:%d::%s:/bin/sh\n", name, id, id, home))
	appendPrivately(t, "/etc/group", fmt.Sprintf("%s:x:%d:\n", name, id))
	return user{name, id, home}
}

func appendPrivately(t *testing.T, file, line string) {
	t.Helper()
	copied := filepath.Join(t.TempDir(), filepath.Base(file))
	writeFile(t, copied, readFile(t, file)+line)
	assert.NilError(t, syscall.Mount(copied, file, "", syscall.MS_BIND, ""))
	t.Cleanup(func() { assert.Check(t, syscall.Unmount(file, syscall.MNT_DETACH)) })
}

// as runs vmprov in the project's folder as that user, with the groups that
// are given and nothing of root's environment.
func (p *project) as(t *testing.T, u user, groups []string, args ...string) *icmd.Result {
	t.Helper()
	drop := []string{"--reuid", fmt.Sprint(u.id), "--regid", fmt.Sprint(u.id), "--clear-groups", suite.binary}
	if len(groups) > 0 {
		drop = append(drop[:4], "--groups", strings.Join(groups, ","), suite.binary)
	}
	cmd := icmd.Command("setpriv", append(drop, args...)...)
	cmd.Dir, cmd.Timeout = p.Dir, commandLimit
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + u.home}
	return icmd.RunCmd(cmd)
}

// asRoot is vmprov as cron runs it: root's home, and no state folder chosen.
func (p *project) asRoot(t *testing.T, args ...string) string {
	t.Helper()
	cmd := p.command(args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/root"}
	return icmd.RunCmd(cmd).Assert(t, icmd.Success).Stdout()
}

// TestOrdinaryUserAndRoot: a member of the group libvirt and root, who acts
// for the owner of a configuration, have the same guests and the same key.
func TestOrdinaryUserAndRoot(t *testing.T) {
	t.Parallel() // one account more does nothing to the other tests
	ulla := addUser(t, "ulla", 4711)
	libvirt := groupID(t, "libvirt")
	p := newProject(t)
	p.configure(t, "guests:\n  a: {}\n")
	image := strings.Fields(p.must(t, "build"))[1]
	assert.NilError(t, os.RemoveAll(p.path("state")))
	p.configureAll(t, `project: {{.Name}}
pool: {path: ./pool}
images: {ready: {file: `+image+`}}
guests:
  a:
    image: ready
    cpus: 1
    memory: 256MiB
    disks: [{name: data, bus: nvme, size: 16MiB}]
    shares: [{tag: share, source: ./share, target: /mnt/share}, {tag: made, source: ~/made/deep, create: true}]
`)
	assert.NilError(t, os.Chown(p.Dir, ulla.id, ulla.id))
	assert.NilError(t, os.Chown(p.path("vmprov.yaml"), ulla.id, ulla.id))
	keys := func() string {
		return p.as(t, ulla, libvirt, "ssh", "a", "--", "cat /root/.ssh/authorized_keys").Assert(t, icmd.Success).Stdout()
	}

	outside := p.as(t, ulla, nil, "up").Assert(t, icmd.Expected{ExitCode: 4, Err: "Permission denied\n"})
	assert.Check(t, cmp.Contains(outside.Stderr(), "vmprov: hint: join the group that may use libvirt"))

	p.as(t, ulla, libvirt, "up").Assert(t, icmd.Success)
	key := keys()
	assert.Assert(t, cmp.Contains(key, readFile(t, p.stateOf(ulla, "id_ed25519.pub"))))

	assert.Equal(t, strings.TrimSpace(p.asRoot(t, "up")), p.Name+": no changes, 1 guest")
	p.asRoot(t, "recycle")
	assert.Equal(t, keys(), key, "root's recycle gave the guest another key")
	assert.Assert(t, cmp.Contains(p.asRoot(t, "ssh", "a", "--", "id"), "uid=0(root)"))
	assert.Equal(t, strings.TrimSpace(p.as(t, ulla, libvirt, "up").Assert(t, icmd.Success).Stdout()), p.Name+": no changes, 1 guest")
	ulla.ownsHome(t)

	// Each removes what the other made.
	p.asRoot(t, "destroy", "--yes")
	p.noLeaks(t)
	assert.Assert(t, cmp.Len(p.filesOf(t, ulla), 0))
	assert.NilError(t, os.RemoveAll(filepath.Join(ulla.home, "made")))
	p.asRoot(t, "up") // root makes ulla's folder anew
	assert.Check(t, exists(filepath.Join(ulla.home, "made/deep")))
	keys()
	ulla.ownsHome(t)
	p.as(t, ulla, libvirt, "destroy", "--yes").Assert(t, icmd.Success)
	p.noLeaks(t)
	assert.Assert(t, cmp.Len(p.filesOf(t, ulla), 0))
}

func groupID(t *testing.T, name string) []string {
	t.Helper()
	entry := icmd.RunCommand("getent", "group", name).Assert(t, icmd.Success).Stdout()
	return strings.Split(entry, ":")[2:3]
}

// stateOf is a file of the project's state folder in a user's home.
func (p *project) stateOf(u user, name string) string {
	return filepath.Join(u.home, ".local/state/vmprov/projects", p.Name, name)
}

// filesOf are what is left of the project in a user's home.
func (p *project) filesOf(t *testing.T, u user) []string {
	t.Helper()
	files, err := p.filesIn(u.home)
	assert.NilError(t, err)
	return files
}

// ownsHome: root leaves nothing of his own in the home of a user.
func (u user) ownsHome(t *testing.T) {
	t.Helper()
	assert.NilError(t, filepath.WalkDir(u.home, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		assert.Check(t, int(info.Sys().(*syscall.Stat_t).Uid) == u.id, "%s is not %s's", path, u.name)
		return nil
	}))
}
