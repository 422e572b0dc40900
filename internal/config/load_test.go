// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
)

// writeConfig writes a configuration of one guest and gives its folder's real path.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(filepath.Join(folder, DefaultFile), []byte(text), 0o644))
	return folder
}

const loadable = "project: p\nimages: {i: {flake: ./devel}}\nguests: {a: {}}\n"

func TestLoadNamesOneFileOneWay(t *testing.T) {
	folder := writeConfig(t, loadable)
	link := filepath.Join(t.TempDir(), "link.yaml")
	assert.NilError(t, os.Symlink(filepath.Join(folder, DefaultFile), link))
	t.Chdir(folder)
	for _, path := range []string{folder, filepath.Join(folder, DefaultFile), link, ".", DefaultFile, "./" + DefaultFile} {
		file, err := Load(path)
		assert.NilError(t, err)
		assert.Equal(t, file.Path, filepath.Join(folder, DefaultFile), "%s", path)
		assert.Equal(t, file.Images["i"].Flake, filepath.Join(folder, "devel"), "%s", path)
	}
}

func TestLoadConnection(t *testing.T) {
	folder := writeConfig(t, loadable)
	t.Setenv("LIBVIRT_DEFAULT_URI", "")
	file, err := Load(folder)
	assert.NilError(t, err)
	assert.Equal(t, file.Connection, "qemu:///system")

	t.Setenv("LIBVIRT_DEFAULT_URI", "qemu:///session")
	file, err = Load(folder)
	assert.NilError(t, err)
	assert.Equal(t, file.Connection, "qemu:///session")

	file, err = Load(writeConfig(t, loadable+"connection: test:///default\n"))
	assert.NilError(t, err)
	assert.Equal(t, file.Connection, "test:///default")
}

func TestLoadOwner(t *testing.T) {
	folder := writeConfig(t, loadable)
	file, err := Load(folder)
	assert.NilError(t, err)
	assert.Equal(t, file.Owner.UID, os.Getuid())
	assert.Assert(t, file.Owner.Name != "")

	if os.Getuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	// A number that has no account.
	assert.NilError(t, os.Chown(filepath.Join(folder, DefaultFile), 54321, 54322))
	file, err = Load(folder)
	assert.NilError(t, err)
	assert.DeepEqual(t, file.Owner, Owner{UID: 54321, GID: 54322, Name: "54321"})
}

func TestLoadFaultsNameTheFileAsGiven(t *testing.T) {
	folder := writeConfig(t, "project: P\nimages: {i: {file: /i}}\nguests: {a: {}}\n")
	t.Chdir(filepath.Dir(folder))
	base := filepath.Base(folder)
	_, err := Load(base)
	var faults Faults
	assert.Assert(t, errors.As(err, &faults))
	assert.Equal(t, faults[0].File, filepath.Join(base, DefaultFile))
	assert.Equal(t, faults[0].Line, 1)
	assert.Equal(t, faults[0].Col, 10)
}

func TestLoadUnreadable(t *testing.T) {
	folder := t.TempDir()
	_, err := Load(filepath.Join(folder, "none.yaml"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "read configuration: ")

	_, err = Load(folder)
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, DefaultFile)

	pipe := filepath.Join(folder, "pipe.yaml")
	assert.NilError(t, syscall.Mkfifo(pipe, 0o600))
	_, err = Load(pipe)
	assert.Error(t, err, "read configuration "+pipe+": not a regular file")

	_, err = Load("/dev/zero")
	assert.Error(t, err, "read configuration /dev/zero: not a regular file")

	large := filepath.Join(folder, "large.yaml")
	assert.NilError(t, os.WriteFile(large, nil, 0o600))
	assert.NilError(t, os.Truncate(large, 100<<20))
	_, err = Load(large)
	assert.Error(t, err, large+": must be at most 256KiB")
}
