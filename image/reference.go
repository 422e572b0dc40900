// SPDX-License-Identifier: Apache-2.0

package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// reference is how nix is told which flake is meant.
type reference struct {
	// text goes before the `#`. A folder is the working folder instead: nix
	// 2.8 takes no space and no other special character in a path's URL.
	text string
	// folder is the flake's folder; empty for a flake from elsewhere.
	folder string
	// options go with it.
	options []string
	// note is what the user should know about the choice.
	note string
}

// refer decides how nix reads the flake of r. nix takes a folder in a git
// repository as git's tracked files, so a folder that git does not track
// (ignored, or not added yet) is nothing to it: `path:` takes it as it is.
func refer(ctx context.Context, r Request, as *User) (reference, error) {
	if !filepath.IsAbs(r.Flake) {
		return reference{text: r.Flake}, nil
	}
	if _, err := os.Stat(filepath.Join(r.Flake, "flake.nix")); err != nil {
		return reference{}, fmt.Errorf("find flake of image %s: %w", r.Name, err)
	}
	ref := reference{text: "path:.", folder: r.Flake}
	if actsFor(r.User) && as == nil {
		// git refuses root another's repository, and a lock file that root
		// writes would be in its owner's way.
		ref.options = []string{"--no-write-lock-file"}
		ref.note = fmt.Sprintf("no nix daemon answers: root builds %s's flake %s itself, with all files in it", r.User.Name, r.Flake)
		return ref, nil
	}
	tracked, err := tracks(ctx, r.Flake, as)
	switch {
	case ctx.Err() != nil:
		return reference{}, fmt.Errorf("find flake of image %s: %w", r.Name, context.Cause(ctx))
	case errors.Is(err, errOthersRepository):
		ref.note = fmt.Sprintf("git refuses another user's repository: nix gets %s with all files in it", r.Flake)
	case err != nil:
		return reference{}, fmt.Errorf("find flake of image %s: %w", r.Name, err)
	case tracked:
		ref.text = "."
	}
	return ref, nil
}

// errOthersRepository is git's safe.directory.
var errOthersRepository = errors.New("the git repository belongs to another user")

// tracks reports whether git has the folder's flake.nix in its index. Without
// git, and outside a repository, it has not.
func tracks(ctx context.Context, folder string, as *User) (bool, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return false, nil
	}
	cmd := exec.Command(git, "-C", folder, "ls-files", "--error-unmatch", "--", "flake.nix")
	cmd.Env = os.Environ()
	if as != nil {
		if err := become(cmd, as); err != nil {
			return false, err
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	_, err = output(ctx, cmd)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true, nil
	case !errors.As(err, &exit):
		return false, fmt.Errorf("ask git about %s: %w", folder, err)
	case strings.Contains(stderr.String(), "dubious ownership"):
		return false, errOthersRepository
	}
	return false, nil
}
