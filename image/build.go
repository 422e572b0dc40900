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
	// Toplevel says that the flake's output is a NixOS system to boot without an
	// image, by default nixosConfigurations.vm.config.system.build.toplevel.
	Toplevel bool
}

// what is wanted, in a word.
func (r Request) what() string {
	if r.Toplevel {
		return "closure"
	}
	return "image"
}

// action is the action of every event of a build.
func (r Request) action() string { return "build " + r.what() }

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

// Build builds or finds one image. It emits Started, Progress and Done or
// Failed for the action "build image". A failed nix build is a *BuildError.
func Build(ctx context.Context, r Request, emit event.Sink) (Artifact, error) {
	return follow(ctx, r, emit, build, func(a Artifact) string { return a.Path })
}

// BuildClosure builds the closure of a flake, or reads one that is there: then
// File is its store path, or a link to it. Events are those of "build closure".
func BuildClosure(ctx context.Context, r Request, emit event.Sink) (Closure, error) {
	r.Toplevel = true
	return follow(ctx, r, emit, buildClosure, func(c Closure) string { return c.StorePath })
}

// follow does one build and tells how it goes.
func follow[T any](ctx context.Context, r Request, emit event.Sink,
	build func(context.Context, Request, event.Sink) (T, error), path func(T) string) (T, error) {
	var none T
	emit(event.Event{Kind: event.Started, Action: r.action(), Object: r.Name})
	made, err := build(ctx, r, emit)
	if err != nil && ctx.Err() != nil {
		// Ended from outside: whoever did it says why.
		emit(event.Event{Kind: event.Skipped, Action: r.action(), Object: r.Name, Text: "the command ends"})
		return none, context.Cause(ctx)
	}
	if err != nil {
		emit(event.Event{Kind: event.Failed, Action: r.action(), Object: r.Name, Err: err})
		return none, err
	}
	emit(event.Event{Kind: event.Done, Action: r.action(), Object: r.Name, Text: path(made)})
	return made, nil
}

func build(ctx context.Context, r Request, emit event.Sink) (Artifact, error) {
	if r.File != "" {
		return readyFile(ctx, r)
	}
	return buildFlake(ctx, r, emit)
}

func buildClosure(ctx context.Context, r Request, emit event.Sink) (Closure, error) {
	if r.File != "" {
		return ReadClosure(r.File)
	}
	b, err := newBuild(ctx, r, emit)
	if err != nil {
		return Closure{}, err
	}
	defer b.close()
	storePath, err := b.storePath(ctx)
	if err != nil {
		return Closure{}, err
	}
	return ReadClosure(storePath)
}

// BuildError is a nix build that failed.
type BuildError struct {
	// What is image or closure, Image its name.
	What, Image, Log string
	// Tail is the end of the build log.
	Tail string
	Err  error
}

func (e *BuildError) Error() string {
	if e.Log == "" {
		return fmt.Sprintf("build %s %s: %v", e.What, e.Image, e.Err)
	}
	return fmt.Sprintf("build %s %s: %v; the build log is %s", e.What, e.Image, e.Err, e.Log)
}

func (e *BuildError) Unwrap() error { return e.Err }
