// SPDX-License-Identifier: Apache-2.0

package image

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"vmprov/internal/foreign"
)

// AddRoot makes link, an absolute path, a GC root of storePath, realising the path again first.
// It is idempotent. Removing the link is all that ends the root.
//
// Root that adds a root below a user's folder does it with that user's rights
// where nix has a way for the user: nix follows every link on the way to
// link, and that user could set one. Without a daemon there is no such way,
// and the same root has run that user's build already.
func AddRoot(ctx context.Context, storePath, link string) error {
	owner, err := tamperer(filepath.Dir(link))
	if err != nil {
		return fmt.Errorf("hold %s: %w", storePath, err)
	}
	var stderr bytes.Buffer
	n := nix{as: rightsFor(owner), dir: "/"}
	// --indirect is what older versions need and newer ones ignore.
	cmd, err := n.command("nix-store", &stderr, "--realise", storePath, "--add-root", link, "--indirect")
	if err != nil {
		return fmt.Errorf("hold %s: %w", storePath, err)
	}
	_, err = output(ctx, cmd)
	if ctx.Err() != nil {
		return fmt.Errorf("hold %s: %w", storePath, context.Cause(ctx))
	}
	if err != nil {
		return fmt.Errorf("hold %s: nix-store: %s: %w; if it was collected, build the image again", storePath, lastLine(stderr.String()), err)
	}
	return checkRoot(storePath, link)
}

// checkRoot sees that the root is there, whatever nix said.
func checkRoot(storePath, link string) error {
	target, err := os.Readlink(link)
	if err != nil {
		return fmt.Errorf("hold %s: %w", storePath, err)
	}
	if target != storePath {
		return fmt.Errorf("hold %s: %s leads to %s; remove it", storePath, link, target)
	}
	return nil
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return foreign.Line(text[strings.LastIndexByte(text, '\n')+1:], longestShown)
}
