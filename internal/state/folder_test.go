// SPDX-License-Identifier: Apache-2.0

package state

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"
)

// own is a folder of the process itself in a home of its own.
func own(t *testing.T) (*Folder, string) {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", "")
	home := t.TempDir()
	f, err := Open(User{UID: os.Geteuid(), GID: os.Getegid(), Home: home}, "lab")
	assert.NilError(t, err)
	return f, home
}

func TestOpenMakesNothing(t *testing.T) {
	f, home := own(t)
	_, err := f.ReadFile("key")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.NilError(t, f.Remove("key"))
	assert.NilError(t, f.RemoveRoot("r"))
	assert.NilError(t, f.Delete())
	roots, err := f.Roots()
	assert.NilError(t, err)
	assert.Equal(t, len(roots), 0)
	assert.DeepEqual(t, namesIn(t, home), []string{})
}

func TestOpenRefuses(t *testing.T) {
	for _, tc := range []struct{ name, project, home, want string }{
		{"empty project", "", "/home/a", `open state folder: "" is no name of a project`},
		{"parent", "..", "/home/a", `open state folder: ".." is no name of a project`},
		{"slash", "a/b", "/home/a", `open state folder: "a/b" is no name of a project`},
		{"no home", "lab", "", `open state folder of lab: uid 7 has no home (""); set HOME`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Open(User{UID: 7, Home: tc.home}, tc.project)
			assert.Error(t, err, tc.want)
		})
	}
}

func TestPlace(t *testing.T) {
	for _, tc := range []struct {
		name         string
		uid, euid    int
		xdg          string
		anchor, base string
	}{
		{"own", 7, 7, "", "/home/a/.local/state", "vmprov"},
		{"own with XDG", 7, 7, "/srv/state", "/srv/state", "vmprov"},
		{"relative XDG is ignored", 7, 7, "state", "/home/a/.local/state", "vmprov"},
		{"root for a user trusts the home only", 7, 0, "/root/state", "/home/a", ".local/state/vmprov"},
		{"root for itself", 0, 0, "/root/state", "/root/state", "vmprov"},
		{"another's XDG is not ours", 7, 8, "/srv/state", "/home/a/.local/state", "vmprov"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tree, base := place(User{UID: tc.uid, Home: "/home/a"}, tc.euid, tc.xdg)
			assert.Equal(t, tree.anchor, tc.anchor)
			assert.Equal(t, base, tc.base)
		})
	}
}

func TestWriteReadRemove(t *testing.T) {
	f, home := own(t)
	for _, tc := range []struct {
		name string
		mode fs.FileMode
	}{{"id_ed25519", 0o600}, {"id_ed25519.pub", 0o644}, {"logs/devel.log", 0o600}} {
		t.Run(tc.name, func(t *testing.T) {
			assert.NilError(t, f.WriteFile(tc.name, []byte("old"), tc.mode))
			assert.NilError(t, f.WriteFile(tc.name, []byte("new"), tc.mode))
			got, err := f.ReadFile(tc.name)
			assert.NilError(t, err)
			assert.Equal(t, string(got), "new")
			info, err := os.Stat(f.Path(tc.name))
			assert.NilError(t, err)
			assert.Equal(t, info.Mode(), tc.mode)
			assert.DeepEqual(t, namesIn(t, filepath.Dir(f.Path(tc.name))), []string{filepath.Base(tc.name)})
			assert.NilError(t, f.Remove(tc.name))
			_, err = f.ReadFile(tc.name)
			assert.ErrorIs(t, err, fs.ErrNotExist)
		})
	}
	for at := filepath.Dir(f.Path("x")); at != home; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		assert.NilError(t, err)
		assert.Equal(t, info.Mode().Perm(), fs.FileMode(0o700), at)
	}
}

func TestNamesStayInside(t *testing.T) {
	f, _ := own(t)
	for _, name := range []string{"", ".", "..", "../x", "/etc/passwd", "a/../../x"} {
		assert.ErrorContains(t, f.WriteFile(name, nil, 0o600), "is no name of a file")
		_, err := f.RootPath(name)
		assert.ErrorContains(t, err, "is no name of a GC root")
	}
}

func TestOwnStateHomeMayBeALink(t *testing.T) {
	f, home := own(t)
	elsewhere := t.TempDir()
	assert.NilError(t, os.Mkdir(filepath.Join(home, ".local"), 0o700))
	assert.NilError(t, os.Symlink(elsewhere, filepath.Join(home, ".local", "state")))
	assert.NilError(t, f.WriteFile("key", []byte("k"), 0o600))
	got, err := os.ReadFile(filepath.Join(elsewhere, "vmprov/projects/lab/key"))
	assert.NilError(t, err)
	assert.Equal(t, string(got), "k")
}

func TestRoots(t *testing.T) {
	f, _ := own(t)
	live, err := f.RootPath("live")
	assert.NilError(t, err)
	dangling, err := f.RootPath("dangling")
	assert.NilError(t, err)
	assert.NilError(t, os.Symlink("/", live))
	assert.NilError(t, os.Symlink("/nix/store/gone", dangling))
	assert.NilError(t, os.WriteFile(filepath.Join(filepath.Dir(live), "file"), nil, 0o600))
	roots, err := f.Roots()
	assert.NilError(t, err)
	assert.DeepEqual(t, roots, map[string]string{"live": "/", "dangling": "/nix/store/gone"})
	assert.NilError(t, f.RemoveRoot("dangling"))
	roots, err = f.Roots()
	assert.NilError(t, err)
	assert.DeepEqual(t, roots, map[string]string{"live": "/"})
}

func TestDeleteFollowsNoLink(t *testing.T) {
	f, home := own(t)
	treasure := filepath.Join(t.TempDir(), "treasure")
	assert.NilError(t, os.WriteFile(treasure, []byte("gold"), 0o600))
	assert.NilError(t, f.WriteFile("logs/a.log", nil, 0o600))
	assert.NilError(t, os.Symlink(filepath.Dir(treasure), f.Path("out")))
	root, err := f.RootPath("r")
	assert.NilError(t, err)
	assert.NilError(t, os.Symlink(filepath.Dir(treasure), root))

	assert.NilError(t, f.Delete())
	_, err = os.Stat(treasure)
	assert.NilError(t, err)
	assert.DeepEqual(t, namesIn(t, filepath.Join(home, ".local/state")), []string{})
	assert.NilError(t, f.Delete())
}

func TestDeleteLeavesOtherProjects(t *testing.T) {
	f, home := own(t)
	other, err := Open(f.User(), "other")
	assert.NilError(t, err)
	assert.NilError(t, f.WriteFile("key", nil, 0o600))
	assert.NilError(t, other.WriteFile("key", []byte("o"), 0o600))
	assert.NilError(t, f.Delete())
	got, err := other.ReadFile("key")
	assert.NilError(t, err)
	assert.Equal(t, string(got), "o")
	assert.NilError(t, other.Delete())
	assert.DeepEqual(t, namesIn(t, filepath.Join(home, ".local/state")), []string{})
}

func TestDeleteStopsAtAMount(t *testing.T) {
	f, _ := own(t)
	data := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(data, "results"), nil, 0o600))
	assert.NilError(t, f.WriteFile("mnt/x", nil, 0o600))
	err := syscall.Mount(data, f.Path("mnt"), "", syscall.MS_BIND, "")
	skip.If(t, errors.Is(err, syscall.EPERM), "a bind mount needs root")
	assert.NilError(t, err)
	t.Cleanup(func() { syscall.Unmount(f.Path("mnt"), 0) })
	assert.ErrorContains(t, f.Delete(), "mnt is a mount, nothing in it is deleted; unmount it")
	assert.DeepEqual(t, namesIn(t, data), []string{"results"})
	assert.NilError(t, syscall.Unmount(f.Path("mnt"), 0))
	assert.NilError(t, f.Delete())
}

func TestReadDoesNotHangOnAFIFO(t *testing.T) {
	f, _ := own(t)
	assert.NilError(t, f.WriteFile("x", nil, 0o600))
	assert.NilError(t, syscall.Mkfifo(f.Path("known_hosts"), 0o600))
	_, err := f.ReadFile("known_hosts")
	assert.ErrorContains(t, err, "it is no plain file")
}

func TestCreateReplaces(t *testing.T) {
	_, home := own(t)
	me := User{UID: os.Geteuid(), GID: os.Getegid(), Home: home}
	path := filepath.Join(home, "logs", "a.log")
	for _, text := range []string{"first", "2"} {
		file, err := Create(me, path)
		assert.NilError(t, err)
		_, err = file.WriteString(text)
		assert.NilError(t, err)
		assert.NilError(t, file.Close())
		got, err := os.ReadFile(path)
		assert.NilError(t, err)
		assert.Equal(t, string(got), text)
	}
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	assert.NilError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// The rest is root working for a user who is not to be trusted.

const alice = 4711

func forAlice(t *testing.T) (*Folder, string) {
	t.Helper()
	skip.If(t, os.Geteuid() != 0, "acting for another user needs root")
	home := filepath.Join(t.TempDir(), "alice")
	assert.NilError(t, os.Mkdir(home, 0o755))
	assert.NilError(t, os.Chown(home, alice, alice))
	f, err := Open(User{UID: alice, GID: alice, Home: home}, "lab")
	assert.NilError(t, err)
	return f, home
}

func TestActingMakesEverythingTheUsers(t *testing.T) {
	f, home := forAlice(t)
	assert.NilError(t, f.WriteFile("logs/a.log", []byte("x"), 0o600))
	log, err := Create(f.User(), f.Path("logs/b.log"))
	assert.NilError(t, err)
	assert.NilError(t, log.Close())
	_, err = f.RootPath("r")
	assert.NilError(t, err)
	seen := 0
	assert.NilError(t, filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		assert.NilError(t, err)
		info, err := d.Info()
		assert.NilError(t, err)
		st := info.Sys().(*syscall.Stat_t)
		assert.Equal(t, int(st.Uid), alice, path)
		assert.Equal(t, int(st.Gid), alice, path)
		seen++
		return nil
	}))
	assert.Equal(t, seen, 11)
	got, err := f.ReadFile("logs/a.log")
	assert.NilError(t, err)
	assert.Equal(t, string(got), "x")
}

func TestActingRefusesLinksInTheWay(t *testing.T) {
	for _, component := range []string{".local", ".local/state", ".local/state/vmprov", ".local/state/vmprov/projects",
		".local/state/vmprov/projects/lab", ".local/state/vmprov/gcroots", ".local/state/vmprov/gcroots/lab"} {
		for _, inside := range []bool{false, true} {
			t.Run(strings.ReplaceAll(component, "/", "_")+map[bool]string{true: " inside", false: " outside"}[inside], func(t *testing.T) {
				f, home := forAlice(t)
				victim := t.TempDir()
				if inside {
					victim = filepath.Join(home, "victim")
					assert.NilError(t, os.Mkdir(victim, 0o755))
				}
				link := filepath.Join(home, component)
				assert.NilError(t, os.MkdirAll(filepath.Dir(link), 0o755))
				chownAll(t, home)
				target, err := filepath.Rel(filepath.Dir(link), victim)
				assert.NilError(t, err)
				assert.NilError(t, os.Symlink(target, link))

				errWrite := f.WriteFile("key", []byte("k"), 0o600)
				_, errCreate := Create(f.User(), f.Path("a.log"))
				_, errRoot := f.RootPath("r")
				_, errRead := f.ReadFile("key")
				refused := "no link is followed below " + home
				if strings.Contains(component, "gcroots") {
					assert.NilError(t, errWrite)
					assert.NilError(t, errCreate)
					assert.ErrorContains(t, errRoot, refused)
				} else {
					assert.ErrorContains(t, errWrite, refused)
					assert.ErrorContains(t, errCreate, refused)
					assert.ErrorContains(t, errRead, refused)
				}
				assert.DeepEqual(t, namesIn(t, victim), []string{})
			})
		}
	}
}

func chownAll(t *testing.T, home string) {
	t.Helper()
	assert.NilError(t, filepath.WalkDir(home, func(path string, _ fs.DirEntry, err error) error {
		assert.NilError(t, err)
		return os.Lchown(path, alice, alice)
	}))
}

func TestActingReplacesALinkAndAHardLinkInTheFilesPlace(t *testing.T) {
	f, home := forAlice(t)
	assert.NilError(t, f.WriteFile("x", nil, 0o600))
	secret := filepath.Join(filepath.Dir(home), "shadow")
	assert.NilError(t, os.WriteFile(secret, []byte("secret"), 0o600))
	for _, plant := range []struct {
		name string
		how  func(string, string) error
		want string
	}{{"symlink", os.Symlink, "escapes"}, {"hardlink", os.Link, "it belongs to uid 0"}} {
		t.Run(plant.name, func(t *testing.T) {
			assert.NilError(t, plant.how(secret, f.Path(plant.name)))
			_, err := f.ReadFile(plant.name)
			assert.ErrorContains(t, err, plant.want)
			assert.NilError(t, f.WriteFile(plant.name, []byte("k"), 0o600))
			assert.NilError(t, f.Remove(plant.name))
			assert.NilError(t, plant.how(secret, f.Path(plant.name)))
			log, err := Create(f.User(), f.Path(plant.name))
			assert.NilError(t, err)
			assert.NilError(t, log.Close())
		})
	}
	got, err := os.ReadFile(secret)
	assert.NilError(t, err)
	assert.Equal(t, string(got), "secret")
	info, err := os.Stat(secret)
	assert.NilError(t, err)
	assert.Equal(t, owner(info), 0)
}

func TestActingRefusesAThirdUsersFolder(t *testing.T) {
	f, home := forAlice(t)
	assert.NilError(t, os.Mkdir(filepath.Join(home, ".local"), 0o777))
	assert.NilError(t, os.Chown(filepath.Join(home, ".local"), alice+1, alice+1))
	assert.ErrorContains(t, f.WriteFile("key", nil, 0o600), "it belongs to uid 4712, not to uid 4711")
}

func TestActingCreatesBelowTheHomeOnly(t *testing.T) {
	f, home := forAlice(t)
	_, err := Create(f.User(), filepath.Join(filepath.Dir(home), "x.log"))
	assert.ErrorContains(t, err, "it is not below "+home)
}

func TestActingDeletes(t *testing.T) {
	f, home := forAlice(t)
	assert.NilError(t, f.WriteFile("logs/a.log", nil, 0o600))
	assert.NilError(t, os.Symlink("/etc", f.Path("etc")))
	assert.NilError(t, f.Delete())
	assert.DeepEqual(t, namesIn(t, filepath.Join(home, ".local/state")), []string{})
}
