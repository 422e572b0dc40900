// SPDX-License-Identifier: Apache-2.0

package image

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"vmprov/internal/event"
)

// updating is the action of every event of an update.
const updating = "update flake"

// flakeOption is the first nix whose `nix flake update` takes the flake by an
// option, and inputs where the flake stood before.
var flakeOption = version{2, 19}

// Update renews the lock file of an image's flake, as `nix flake update` does,
// and notes which inputs changed. The flake must be a folder whose owner the
// update runs as.
func Update(ctx context.Context, r Request, emit event.Sink) error {
	emit(event.Event{Kind: event.Started, Action: updating, Object: r.Name})
	err := update(ctx, r, emit)
	if err != nil {
		emit(event.Event{Kind: event.Failed, Action: updating, Object: r.Name, Err: err})
		return err
	}
	emit(event.Event{Kind: event.Done, Action: updating, Object: r.Name})
	return nil
}

func update(ctx context.Context, r Request, emit event.Sink) error {
	const doing = updating + " of image"
	n, ref, err := openFlake(ctx, r, doing, emit)
	switch {
	case err != nil:
		return err
	case ref.folder == "":
		return fmt.Errorf(doing+" %s: %s is not a folder here, so it has no lock file to write", r.Name, r.Flake)
	case actsFor(r.User) && n.as == nil:
		return fmt.Errorf(doing+" %s: root does not write into %s, which is %s's, without a nix daemon; run it as %s", r.Name, r.Flake, r.User.Name, r.User.Name)
	}
	_, v, err := n.version(ctx)
	if err != nil {
		return fmt.Errorf(doing+" %s: %w", r.Name, err)
	}
	stderr := &lines{log: io.Discard, each: func(line string) {
		emit(event.Event{Kind: event.Progress, Action: updating, Object: r.Name, Text: line})
	}}
	_, err = n.output(ctx, stderr, updateArgs(v, ref.text)...)
	stderr.flush()
	if ctx.Err() != nil {
		return fmt.Errorf(doing+" %s: %w", r.Name, context.Cause(ctx))
	}
	if err != nil {
		return fmt.Errorf(doing+" %s: nix: %s: %w", r.Name, reason(stderr.tail), err)
	}
	if changed := changedInputs(stderr.tail); changed != "" {
		emit(event.Event{Kind: event.Note, Action: updating, Object: r.Name, Text: "flake.lock changed: " + changed})
	}
	return nil
}

func updateArgs(v version, flake string) []string {
	if v.less(flakeOption) {
		return []string{"flake", "update", flake}
	}
	return []string{"flake", "update", "--flake", flake}
}

var changedInput = regexp.MustCompile(`^• (Updated|Added|Removed) input '([^']+)'`)

// changedInputs are the inputs that nix says it locked anew.
func changedInputs(output []string) string {
	var changed []string
	for _, line := range output {
		if m := changedInput.FindStringSubmatch(line); m != nil {
			changed = append(changed, strings.ToLower(m[1])+" "+m[2])
		}
	}
	return strings.Join(changed, ", ")
}
