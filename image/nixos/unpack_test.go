// SPDX-License-Identifier: Apache-2.0

package nixos

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
)

func TestUnpackIsTheWholeLibrary(t *testing.T) {
	folder, err := Unpack(filepath.Join(t.TempDir(), "vmprov", "library"))
	assert.NilError(t, err)
	assert.Equal(t, filepath.Base(folder), Version())
	here := os.DirFS(".")
	seen := 0
	// Whatever is in the source tree and is not Go's, a module that is new among it.
	err = fs.WalkDir(here, ".", func(path string, entry fs.DirEntry, err error) error {
		if path == "testdata" {
			return fs.SkipDir
		}
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".go") {
			return err
		}
		seen++
		want, err := fs.ReadFile(here, path)
		assert.NilError(t, err)
		got, err := os.ReadFile(filepath.Join(folder, path))
		assert.NilError(t, err)
		assert.Assert(t, string(got) == string(want), "%s differs", path)
		return nil
	})
	assert.NilError(t, err)
	assert.Assert(t, seen > 30, "only %d files", seen)
}

func TestUnpackOnce(t *testing.T) {
	base := t.TempDir()
	first, err := Unpack(base)
	assert.NilError(t, err)
	before, err := os.Stat(filepath.Join(first, "flake.nix"))
	assert.NilError(t, err)
	assert.Equal(t, before.Mode(), fs.FileMode(0o444))

	again, err := Unpack(base)
	assert.NilError(t, err)
	assert.Equal(t, again, first)
	after, err := os.Stat(filepath.Join(first, "flake.nix"))
	assert.NilError(t, err)
	assert.Assert(t, os.SameFile(before, after), "it was written again")
	assertOnly(t, base, Version())
}

// Several commands may be the first at once.
func TestUnpackSideBySide(t *testing.T) {
	base := t.TempDir()
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = Unpack(base) })
	}
	wg.Wait()
	assert.NilError(t, errors.Join(errs...))
	assertOnly(t, base, Version())
}

func TestUnpackLeavesAChangedLibraryAlone(t *testing.T) {
	for name, change := range map[string]func(folder string) error{
		"a file changed": func(folder string) error {
			path := filepath.Join(folder, "flake.nix")
			return errors.Join(os.Chmod(path, 0o644), os.WriteFile(path, []byte("{ }"), 0o644))
		},
		"a file gone": func(folder string) error { return os.Remove(filepath.Join(folder, "flake.lock")) },
		"a file more": func(folder string) error { return os.WriteFile(filepath.Join(folder, "mine.nix"), nil, 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			base := t.TempDir()
			folder, err := Unpack(base)
			assert.NilError(t, err)
			assert.NilError(t, change(folder))
			before, err := digest(os.DirFS(folder))
			assert.NilError(t, err)
			_, err = Unpack(base)
			assert.ErrorContains(t, err, "unpack library: "+folder+" was changed since vmprov made it")
			after, err := digest(os.DirFS(folder))
			assert.NilError(t, err)
			assert.Equal(t, after, before)
			assertOnly(t, base, Version())
		})
	}
}

func TestUnpackWithoutRoom(t *testing.T) {
	base := filepath.Join(t.TempDir(), "file")
	assert.NilError(t, os.WriteFile(base, nil, 0o644))
	_, err := Unpack(base)
	assert.ErrorContains(t, err, "unpack library: ")
}

// assertOnly: nothing half made is left beside what is wanted.
func assertOnly(t *testing.T, base, want string) {
	t.Helper()
	entries, err := os.ReadDir(base)
	assert.NilError(t, err)
	assert.Equal(t, len(entries), 1)
	assert.Equal(t, entries[0].Name(), want)
}

func TestTemplate(t *testing.T) {
	for _, name := range Templates() {
		text, err := Template(name, `path:/a"b${c}`)
		assert.NilError(t, err)
		assert.Assert(t, strings.Contains(text, `    nixos-flake.url = "path:/a\"b\${c}";`), text)
		assert.Assert(t, strings.Contains(text, "backends."+name), text)
		assert.Assert(t, !strings.Contains(text, placeholder))
	}
	_, err := Template("nosuch", "x")
	assert.Error(t, err, "find template `nosuch`: there are libvirt and imageless")
}
