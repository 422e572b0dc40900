// SPDX-License-Identifier: Apache-2.0

package image

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// readyFile looks at an image that the user made.
func readyFile(ctx context.Context, r Request) (Artifact, error) {
	info, err := os.Stat(r.File)
	if err != nil {
		return Artifact{}, fmt.Errorf("find image %s: %w", r.Name, err)
	}
	if !info.Mode().IsRegular() {
		return Artifact{}, fmt.Errorf("find image %s: %s is no plain file (%s)", r.Name, r.File, info.Mode().Type())
	}
	a := Artifact{Name: r.Name, Path: r.File, Identity: fileIdentity(r.File, info)}
	return probe(ctx, a)
}

// Identify tells a file from what it is after a change, by a line for people too
// (its path, size, time and inode), and gives its size in bytes.
func Identify(path string) (identity string, size uint64, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	return fileIdentity(path, info), uint64(info.Size()), nil
}

// fileIdentity is a line for people too: the plan shows it when it changes.
func fileIdentity(path string, info fs.FileInfo) string {
	inode := info.Sys().(*syscall.Stat_t).Ino
	return fmt.Sprintf("%s (%d bytes, %s, inode %d)", path, info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano), inode)
}
