// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"os"
	"path/filepath"
	"strings"
)

// Open lists the files of folders that a process (proc(5), /proc/PID/fd) or a
// loop device of this machine has open, by their paths below the folder as it is
// given. Root sees every process, anybody else his own.
func Open(folders ...string) map[string]bool {
	open := map[string]bool{}
	real := map[string]string{}
	for _, folder := range folders {
		if path, err := filepath.EvalSymlinks(folder); err == nil {
			real[folder] = path
		}
	}
	note := func(file string) {
		for folder, path := range real {
			if rest, ok := strings.CutPrefix(file, path+"/"); ok {
				open[filepath.Join(folder, rest)] = true
			}
		}
	}
	// Glob fails for a bad pattern only.
	descriptors, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, d := range descriptors {
		if file, err := os.Readlink(d); err == nil { // else it ended meanwhile, or is another's
			note(file)
		}
	}
	loops, _ := filepath.Glob("/sys/block/loop*/loop/backing_file")
	for _, l := range loops {
		if file, err := os.ReadFile(l); err == nil {
			note(strings.TrimSuffix(string(file), "\n"))
		}
	}
	return open
}

// IsLink says that a path is a symbolic link. What is not there is none.
func IsLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}
