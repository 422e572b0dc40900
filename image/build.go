// SPDX-License-Identifier: Apache-2.0

// Package image turns what a configuration calls an image into a file that
// overlays can back on: it runs nix, reads the result and holds store paths
// with GC roots. Nothing is ever copied.
//
// nix gets its settings where a user of nix keeps them (nix.conf, NIX_CONFIG);
// the package adds only what flakes need to be read at all, and, for root on
// a host that has neither nix's build users nor its daemon, an empty
// build-users-group, without which nix refuses every build there.
package image

import (
	"context"
	"fmt"

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
	// Overrides are packages that a flake builds from local checkouts.
	Overrides []Override
	// User builds with the rights of this user where a nix daemon answers; nil for the process's own.
	User *User
	// Log takes the build log; empty for none. It is made (0600) as User's.
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
	// Overrides names the packages that were built from local checkouts, as
	// NAME=PATH, NAME=PATH; empty for none.
	Overrides string `json:",omitempty"`
}

// action is the action of every event of a build.
const action = "build image"

// Build builds or finds one image. It emits Started, Progress and Done or
// Failed for the action "build image". A failed nix build is a *BuildError.
func Build(ctx context.Context, r Request, emit event.Sink) (Artifact, error) {
	emit(event.Event{Kind: event.Started, Action: action, Object: r.Name})
	a, err := build(ctx, r, emit)
	if err != nil && ctx.Err() != nil {
		// Ended from outside: whoever did it says why.
		emit(event.Event{Kind: event.Skipped, Action: action, Object: r.Name, Text: "the command ends"})
		return Artifact{}, context.Cause(ctx)
	}
	if err != nil {
		emit(event.Event{Kind: event.Failed, Action: action, Object: r.Name, Err: err})
		return Artifact{}, err
	}
	emit(event.Event{Kind: event.Done, Action: action, Object: r.Name, Text: a.Path})
	return a, nil
}

func build(ctx context.Context, r Request, emit event.Sink) (Artifact, error) {
	if r.File != "" {
		return readyFile(ctx, r)
	}
	return buildFlake(ctx, r, emit)
}

// BuildError is a nix build that failed.
type BuildError struct {
	Image, Log string
	// Tail is the end of the build log.
	Tail string
	Err  error
}

func (e *BuildError) Error() string {
	if e.Log == "" {
		return fmt.Sprintf("build image %s: %v", e.Image, e.Err)
	}
	return fmt.Sprintf("build image %s: %v; the build log is %s", e.Image, e.Err, e.Log)
}

func (e *BuildError) Unwrap() error { return e.Err }
