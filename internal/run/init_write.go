// SPDX-License-Identifier: Apache-2.0

package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// newFile is one file that is not there yet.
type newFile struct {
	name string
	data []byte
}

// clashes are the files that are there already, all in one error.
func clashes(dir string, names []string) error {
	var there []string
	for _, name := range names {
		_, err := os.Lstat(filepath.Join(dir, name))
		switch {
		case err == nil:
			there = append(there, name)
		case !errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("init %s: %w", dir, err)
		}
	}
	if len(there) > 0 {
		return fmt.Errorf("init %s: %s there already; nothing was written (name another folder, or move them away)", dir, are(there))
	}
	return nil
}

func are(names []string) string {
	if len(names) == 1 {
		return names[0] + " is"
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1] + " are"
}

// writeNew writes files that must not be there. When one cannot be written,
// those before it go again.
func writeNew(dir string, files []newFile) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("init %s: %w", dir, err)
	}
	var written []string
	defer func() {
		if err != nil {
			for _, path := range written {
				err = errors.Join(err, os.Remove(path))
			}
		}
	}()
	for _, file := range files {
		path := filepath.Join(dir, file.name)
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return fmt.Errorf("init %s: %w", dir, err)
		}
		written = append(written, path)
		_, err = f.Write(file.data)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("init %s: %w", dir, err)
		}
	}
	return nil
}
