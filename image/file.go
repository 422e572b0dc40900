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

// Identity tells a file from what it is after a change, and is a line for
// people: its path, size, time and inode.
func Identity(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	return fileIdentity(path, info), nil
}

// fileIdentity is a line for people too: the plan shows it when it changes.
func fileIdentity(path string, info fs.FileInfo) string {
	inode := info.Sys().(*syscall.Stat_t).Ino
	return fmt.Sprintf("%s (%d bytes, %s, inode %d)", path, info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano), inode)
}
