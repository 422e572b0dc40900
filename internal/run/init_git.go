// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// findGit is looked for before anything is written.
func findGit() (string, error) {
	path, err := exec.LookPath("git")
	if err != nil {
		return "", fmt.Errorf("init with --git: git is not installed (install it, or leave --git out: vmprov builds folders without git too)")
	}
	return path, nil
}

// addToGit makes dir a repository of its own and puts the files in its index,
// so that nix sees them; it commits nothing.
func addToGit(ctx context.Context, git, dir string, files []string) error {
	for _, args := range [][]string{
		{"init", "--quiet"},
		append([]string{"add", "--"}, files...),
	} {
		out, err := exec.CommandContext(ctx, git, append([]string{"-C", dir}, args...)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("init %s: the files are written, but git %s failed: %s: %w", dir, args[0], strings.TrimSpace(string(out)), err)
		}
	}
	return nil
}
