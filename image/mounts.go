// SPDX-License-Identifier: Apache-2.0

package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"

	"vmprov/image/nixos"
	"vmprov/internal/event"
)

// ErrNoSystem says that an image is of no NixOS configuration that could be
// evaluated.
var ErrNoSystem = errors.New("no NixOS configuration")

// evaluating is the action of every event of an evaluation.
const evaluating = "evaluate flake"

// defaultSystem is the configuration that an image is made of when its
// attribute names none.
const defaultSystem = "nixosConfigurations.vm.config"

// ofSystem is an attribute below a NixOS configuration.
var ofSystem = regexp.MustCompile(`^(nixosConfigurations\.(?:[^."]+|"[^"]*")\.config)\.`)

// systemOf is the configuration that an image with this attribute is made of.
func systemOf(attribute string) string {
	if m := ofSystem.FindStringSubmatch(attribute); m != nil {
		return m[1]
	}
	return defaultSystem
}

// readMounts is a function of Nix: from a NixOS configuration, or from a set
// that looks like one, to what it mounts. It asks for no more than that, so
// that nothing else of a system is evaluated.
const readMounts = `c: {
  shares = builtins.mapAttrs (_: s: {
    device = s.tag;
    type = "virtiofs";
    options = s.options or [ ];
  }) (c.nixos-flake.shares or { });
  storage = builtins.mapAttrs (_: d: {
    inherit (d) device;
    type = d.fsType;
    options = d.options or [ ];
    mkfsArgs = d.mkfsArgs or [ ];
  }) (c.nixos-flake.storage or { });
  fileSystems = builtins.mapAttrs (_: f: {
    device = f.device or null;
    type = f.fsType or "";
    options = f.options or [ ];
    enable = f.enable or true;
  }) (c.fileSystems or { });
}`

// readyWords say what is no flake, by whether it is a closure.
var readyWords = map[bool]string{false: "a ready file", true: "built already"}

// GuestMounts evaluates what the system of an image's flake mounts: its
// fileSystems, nixos-flake.shares and nixos-flake.storage, in the order of
// mount points. Nothing is built and no lock file is written. It is
// ErrNoSystem where there is no such system.
func GuestMounts(ctx context.Context, r Request, emit event.Sink) ([]nixos.Mount, error) {
	if r.Flake == "" {
		return nil, fmt.Errorf("%s %s is %s: %w", r.what(), r.Name, readyWords[r.Toplevel], ErrNoSystem)
	}
	emit(event.Event{Kind: event.Started, Action: evaluating, Object: r.Name})
	mounts, err := guestMounts(ctx, r, emit)
	switch {
	case err == nil:
		emit(event.Event{Kind: event.Done, Action: evaluating, Object: r.Name})
	case errors.Is(err, ErrNoSystem):
		emit(event.Event{Kind: event.Skipped, Action: evaluating, Object: r.Name, Text: err.Error()})
	default:
		emit(event.Event{Kind: event.Failed, Action: evaluating, Object: r.Name, Err: err})
	}
	return mounts, err
}

func guestMounts(ctx context.Context, r Request, emit event.Sink) ([]nixos.Mount, error) {
	n, ref, err := openFlake(ctx, r, evaluating+" of "+r.what(), emit)
	if err != nil {
		return nil, err
	}
	attribute := systemOf(r.Attribute)
	stderr := &lines{log: io.Discard, each: func(line string) {
		emit(event.Event{Kind: event.Progress, Action: evaluating, Object: r.Name, Text: line})
	}}
	args := []string{"eval", "--json", "--no-write-lock-file", ref.text + "#" + attribute, "--apply", readMounts}
	out, err := n.output(ctx, stderr, append(args, n.buildUsers(ctx)...)...)
	stderr.flush()
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf(evaluating+" of %s %s: %w", r.what(), r.Name, context.Cause(ctx))
	case err != nil && lacks(stderr.tail, attribute):
		return nil, fmt.Errorf("the flake %s of %s %s has no %s: %w", r.Flake, r.what(), r.Name, attribute, ErrNoSystem)
	case err != nil:
		return nil, fmt.Errorf(evaluating+" of %s %s: nix: %s: %w", r.what(), r.Name, reason(stderr.tail), err)
	}
	mounts, err := parseMounts(out)
	if err != nil {
		return nil, fmt.Errorf(evaluating+" of %s %s: %w", r.what(), r.Name, err)
	}
	return mounts, nil
}

// mounted is one mount as readMounts gives it.
type mounted struct {
	Device   *string
	Type     string
	Options  []string
	MkfsArgs []string
	Enable   *bool
}

// parseMounts reads what readMounts gives. fileSystems is what the system
// really mounts; the other two stand in where it has not taken them in.
func parseMounts(out []byte) ([]nixos.Mount, error) {
	var read struct{ Shares, Storage, FileSystems map[string]mounted }
	if err := json.Unmarshal(out, &read); err != nil {
		return nil, fmt.Errorf("read mounts: %w", err)
	}
	all := map[string]mounted{}
	maps.Copy(all, read.Shares)
	maps.Copy(all, read.Storage)
	for target, m := range read.FileSystems {
		m.MkfsArgs = read.Storage[target].MkfsArgs
		all[target] = m
	}
	var mounts []nixos.Mount
	for _, target := range slices.Sorted(maps.Keys(all)) {
		m := all[target]
		if m.Device == nil || m.Enable != nil && !*m.Enable {
			continue
		}
		mounts = append(mounts, nixos.Mount{Target: target, Device: *m.Device, Type: m.Type, Options: m.Options, MkfsArgs: m.MkfsArgs})
	}
	return mounts, nil
}
