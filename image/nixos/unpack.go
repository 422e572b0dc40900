// SPDX-License-Identifier: Apache-2.0

package nixos

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Version names the content of the library: another content has another
// version. It is made of letters and digits.
var Version = sync.OnceValue(func() string {
	sum, err := digest(Library)
	if err != nil {
		// What the compiler put in can be read.
		panic(err)
	}
	return sum
})

// Unpack makes the library a folder of its own below base and gives its path:
// base/VERSION. One that is there already is left as it is; where its files
// are not those of this version any more, that is an error and nothing is
// changed. Several processes may do it at once.
func Unpack(base string) (string, error) {
	target := filepath.Join(base, Version())
	switch intact, err := isIntact(target); {
	case intact:
		return target, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("unpack library: %w", err)
	}
	if err := os.MkdirAll(base, 0o755); err != nil {
		return "", fmt.Errorf("unpack library: %w", err)
	}
	partial, err := os.MkdirTemp(base, ".unpack-")
	if err != nil {
		return "", fmt.Errorf("unpack library: %w", err)
	}
	defer os.RemoveAll(partial)
	if err := write(partial); err != nil {
		return "", fmt.Errorf("unpack library: %w", err)
	}
	err = os.Rename(partial, target)
	if intact, _ := isIntact(target); err != nil && !intact {
		return "", fmt.Errorf("unpack library: %w", err)
	}
	return target, nil
}

// isIntact reports whether folder holds the library of this version, the whole
// of it and nothing else; if not, the error says why.
func isIntact(folder string) (bool, error) {
	if _, err := os.Stat(folder); err != nil {
		return false, err
	}
	sum, err := digest(os.DirFS(folder))
	if err != nil {
		return false, err
	}
	if sum != Version() {
		return false, fmt.Errorf("%s was changed since vmprov made it; move it away, or name it with --library to use it as it is", folder)
	}
	return true, nil
}

// write writes the library's files into folder. They are read-only: a change of
// them would be lost on all other machines.
func write(folder string) error {
	if err := os.Chmod(folder, 0o755); err != nil {
		return err
	}
	return fs.WalkDir(Library, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || path == ".":
			return err
		case entry.IsDir():
			return os.Mkdir(filepath.Join(folder, path), 0o755)
		}
		data, err := Library.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(folder, path), data, 0o444)
	})
}

// digest is of the names and contents of all files of a tree.
func digest(tree fs.FS) (string, error) {
	all := sha256.New()
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !entry.Type().IsRegular() {
			return fmt.Errorf("%s is not a regular file", path)
		}
		data, err := fs.ReadFile(tree, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(all, "%q %x\n", path, sha256.Sum256(data))
		return nil
	})
	return fmt.Sprintf("%x", all.Sum(nil))[:16], err
}
