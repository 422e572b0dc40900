// SPDX-License-Identifier: Apache-2.0

// Package image turns what a configuration calls an image into a file that
// overlays can back on: it runs nix, reads the result and holds store paths
// with GC roots. Nothing is ever copied.
package image

import (
	"context"

	"vmprov/internal/event"
)

// Request is one image that is wanted. Exactly one of Flake and File is set.
type Request struct {
	// Name is the image's name in the configuration.
	Name string
	// Flake is a flake reference; a folder is an absolute path.
	Flake string
	// Attribute is the flake output; empty for the fallbacks
	// packages.<system>.image and nixosConfigurations.vm.config.system.build.image.
	Attribute string
	// File is the absolute path of a ready qcow2 or raw image.
	File string
	// User builds with the rights of this user where a nix daemon answers; nil for the process's own.
	User *User
	// Log takes the build log; empty for none.
	Log string
}

// User is a user of the host whose flake root builds.
type User struct {
	UID, GID   int
	Name, Home string
}

// Artifact is an image that is there.
type Artifact struct {
	Name string
	// Path is the image file itself.
	Path string
	// StorePath is the nix output that holds it; empty for a ready file.
	StorePath string
	// Identity changes exactly when the image does: the store path, or for a
	// ready file its path, size, mtime and inode.
	Identity string
	// Format is qcow2 or raw.
	Format string
	// VirtualSize in bytes.
	VirtualSize uint64
}

// Build builds or finds one image. It emits Started, Progress and Done or
// Failed for the action "build image". A failed nix build is a *BuildError.
func Build(ctx context.Context, r Request, emit event.Sink) (Artifact, error) { panic("unwritten") }

// BuildError is a nix build that failed.
type BuildError struct {
	Image, Log string
	// Tail is the end of the build log.
	Tail string
	Err  error
}

func (e *BuildError) Error() string { panic("unwritten") }
func (e *BuildError) Unwrap() error { return e.Err }

// ErrNoNix says that nix is not installed.
var ErrNoNix error

// Check reports whether nix can build flakes here: its version, and what a
// flake that uses nixpkgs needs (2.18). A missing nix is ErrNoNix.
func Check(ctx context.Context) (version string, warning string, err error) { panic("unwritten") }

// AddRoot makes link a GC root of storePath, realising the path again first.
// It is idempotent.
func AddRoot(ctx context.Context, storePath, link string) error { panic("unwritten") }
