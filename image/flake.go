// SPDX-License-Identifier: Apache-2.0

package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"vmprov/internal/event"
	"vmprov/internal/state"
)

// fallbacks are the attributes of an image that names none. nix itself looks
// for the first one in packages.<system>.
var fallbacks = []string{"image", "nixosConfigurations.vm.config.system.build.image"}

// toplevel is the attribute of a closure that names none.
const toplevel = "nixosConfigurations.vm.config.system.build.toplevel"

// buildFlake builds an image with nix and finds the image file in the result.
func buildFlake(ctx context.Context, r Request, emit event.Sink) (Artifact, error) {
	b, err := newBuild(ctx, r, emit)
	if err != nil {
		return Artifact{}, err
	}
	defer b.close()
	storePath, err := b.storePath(ctx)
	if err != nil {
		return Artifact{}, err
	}
	path, err := findImage(storePath)
	if err != nil {
		return Artifact{}, fmt.Errorf("find image %s: %w", r.Name, err)
	}
	return probe(ctx, Artifact{
		Name: r.Name, Path: path, StorePath: storePath, Identity: storePath, Overrides: describe(r.Overrides),
	})
}

// flakeBuild is one image being built.
type flakeBuild struct {
	request Request
	nix     nix
	ref     reference
	options []string
	log     io.WriteCloser
	emit    event.Sink
}

func newBuild(ctx context.Context, r Request, emit event.Sink) (*flakeBuild, error) {
	n, ref, err := openFlake(ctx, r, r.action(), emit)
	if err != nil {
		return nil, err
	}
	overriding, err := overrideOptions(ctx, n, ref, r)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.action(), r.Name, err)
	}
	log, err := openLog(r)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.action(), r.Name, err)
	}
	options := append([]string{"--json", "--no-link", "--print-build-logs"}, ref.options...)
	options = append(append(options, overriding...), n.buildUsers(ctx)...)
	return &flakeBuild{request: r, nix: n, ref: ref, options: options, log: log, emit: emit}, nil
}

// openFlake decides how nix reads the flake of r and with whose rights, and
// refuses what this nix cannot evaluate. doing begins its errors.
func openFlake(ctx context.Context, r Request, doing string, emit event.Sink) (nix, reference, error) {
	as := rightsFor(r.User)
	text, v, err := nix{}.version(ctx)
	if err != nil {
		return nix{}, reference{}, fmt.Errorf("%s %s: %w", doing, r.Name, err)
	}
	ref, err := refer(ctx, r, as)
	if err != nil {
		return nix{}, reference{}, err
	}
	if ref.folder != "" {
		if err := checkNixpkgs(ref.folder, text, v); err != nil {
			return nix{}, reference{}, fmt.Errorf("%s %s: %w", doing, r.Name, err)
		}
	}
	if ref.note != "" {
		emit(event.Event{Kind: event.Note, Action: doing, Object: r.Name, Text: ref.note})
	}
	return nix{as: as, dir: ref.folder}, ref, nil
}

func (b *flakeBuild) close() { b.log.Close() }

// openLog makes the build log the user's for whom root builds.
func openLog(r Request) (io.WriteCloser, error) {
	if r.Log == "" {
		return discard{}, nil
	}
	owner := state.User{UID: os.Geteuid(), GID: os.Getegid()}
	if r.User != nil {
		owner = state.User{UID: r.User.UID, GID: r.User.GID, Home: r.User.Home}
	}
	return state.Create(owner, r.Log)
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }

// storePath builds the attribute that the request names, else the first of
// the fallbacks that the flake has.
func (b *flakeBuild) storePath(ctx context.Context) (string, error) {
	attribute := b.request.Attribute
	if attribute == "" && b.request.Toplevel {
		attribute = toplevel
	}
	if attribute != "" {
		path, _, err := b.attribute(ctx, attribute)
		return path, err
	}
	var last error
	for _, attribute := range fallbacks {
		path, missing, err := b.attribute(ctx, attribute)
		if !missing {
			return path, err
		}
		last = err
	}
	return "", b.neither(last)
}

// neither explains that no fallback is there, with nix's last output.
func (b *flakeBuild) neither(last error) error {
	err := fmt.Errorf("the flake %s has neither packages.<system>.image nor %s; name the output with attribute", b.request.Flake, fallbacks[1])
	var build *BuildError
	if errors.As(last, &build) {
		return &BuildError{What: build.What, Image: build.Image, Log: build.Log, Tail: build.Tail, Err: err}
	}
	return err
}

// attribute builds one output. missing says that the flake has no such
// output, as opposed to one that fails to evaluate or to build.
func (b *flakeBuild) attribute(ctx context.Context, attribute string) (path string, missing bool, err error) {
	stderr := &lines{log: b.log, each: b.progress}
	args := append([]string{"build", b.ref.text + "#" + attribute}, b.options...)
	out, err := b.nix.output(ctx, stderr, args...)
	stderr.flush()
	if ctx.Err() != nil {
		return "", false, fmt.Errorf("%s %s: %w", b.request.action(), b.request.Name, context.Cause(ctx))
	}
	if err != nil {
		return "", lacks(stderr.tail, attribute), b.failure(stderr.tail, err)
	}
	path, err = parseBuilt(out)
	if err != nil {
		return "", false, fmt.Errorf("%s %s: %w", b.request.action(), b.request.Name, err)
	}
	return path, false, nil
}

func (b *flakeBuild) progress(line string) {
	b.emit(event.Event{Kind: event.Progress, Action: b.request.action(), Object: b.request.Name, Text: line})
}

func (b *flakeBuild) failure(tail []string, err error) error {
	if text := reason(tail); text != "" {
		err = fmt.Errorf("nix: %s: %w", text, err)
	}
	return &BuildError{What: b.request.what(), Image: b.request.Name, Log: b.request.Log, Tail: strings.Join(tail, "\n"), Err: err}
}

// lacks reports whether nix's own message says that the flake has no such
// attribute. A line of a build's log begins with the derivation's name.
func lacks(tail []string, attribute string) bool {
	for _, line := range tail {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "error: flake ") &&
			strings.Contains(line, "does not provide attribute") &&
			strings.Contains(line, "'"+attribute+"'") {
			return true
		}
	}
	return false
}

// parseBuilt reads what `nix build --json` prints for one output: a list with
// one derivation and its outputs by name.
func parseBuilt(out []byte) (string, error) {
	var built []struct {
		Outputs map[string]string `json:"outputs"`
	}
	if err := json.Unmarshal(out, &built); err != nil {
		return "", fmt.Errorf("read what nix built: %w", err)
	}
	if len(built) != 1 {
		return "", fmt.Errorf("read what nix built: %d derivations, want one", len(built))
	}
	if path := built[0].Outputs["out"]; path != "" {
		return path, nil
	}
	if len(built[0].Outputs) == 1 {
		for _, path := range built[0].Outputs {
			return path, nil
		}
	}
	return "", fmt.Errorf("read what nix built: no output `out` in %s", strings.TrimSpace(string(out)))
}
