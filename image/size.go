// SPDX-License-Identifier: Apache-2.0

package image

import (
	"io/fs"
	"path/filepath"
	"syscall"
)

// Size is what the files below a path take on the disk, in bytes, without what
// they refer to. No link is followed, and what cannot be seen counts nothing.
func Size(path string) uint64 {
	var total uint64
	_ = filepath.WalkDir(path, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			if st, ok := info.Sys().(*syscall.Stat_t); ok {
				total += uint64(st.Blocks) * 512
			}
		}
		return nil
	})
	return total
}
