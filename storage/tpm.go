// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// RemoveTPM removes the folder in which swtpm(8) keeps the state of one TPM,
// file by file, by the names of plain files that it has. It follows no link; what
// else is in the folder stays, and the folder with it, which is an error.
func RemoveTPM(folder string) error {
	root, err := os.OpenRoot(filepath.Dir(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove TPM state: %w", err)
	}
	defer root.Close()
	uuid := filepath.Base(folder)
	for _, version := range []string{"tpm2", "tpm1.2"} {
		for _, file := range []string{".lock", "tpm2-00.permall", "tpm2-00.volatilestate", "tpm2-00.savestate", "tpm-00.permall", "tpm-00.volatilestate", "tpm-00.savestate"} {
			if err := removeName(root, filepath.Join(uuid, version, file)); err != nil {
				return fmt.Errorf("remove TPM state: %w", err)
			}
		}
		if err := removeName(root, filepath.Join(uuid, version)); err != nil {
			return fmt.Errorf("remove TPM state: %w", err)
		}
	}
	if err := removeName(root, uuid); err != nil {
		return fmt.Errorf("remove TPM state: %w", err)
	}
	return nil
}

// removeName removes a file, a link itself, or an empty folder; one that is gone
// is no error.
func removeName(root *os.Root, name string) error {
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
