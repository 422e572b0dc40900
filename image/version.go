// SPDX-License-Identifier: Apache-2.0

package image

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// The versions that matter: flakes came with nix 2.4, and lib/minver.nix of
// nixpkgs refuses what is older than 2.18.
var (
	flakesNeed  = version{2, 4}
	nixpkgsNeed = version{2, 18}
)

type version struct{ major, minor int }

func (v version) less(w version) bool {
	return v.major < w.major || v.major == w.major && v.minor < w.minor
}

func (v version) String() string { return fmt.Sprintf("%d.%d", v.major, v.minor) }

// Check reports whether nix can build flakes here: its version, and what a
// flake that uses nixpkgs needs (2.18). A missing nix is ErrNoNix.
func Check(ctx context.Context) (version string, warning string, err error) {
	text, v, err := nix{}.version(ctx)
	if err != nil {
		return "", "", err
	}
	if v.less(flakesNeed) {
		return text, "", fmt.Errorf("nix %s has no flakes; install %s or later", text, flakesNeed)
	}
	if v.less(nixpkgsNeed) {
		warning = fmt.Sprintf("nix %s cannot evaluate nixpkgs, which needs %s or later: only flakes without nixpkgs build", text, nixpkgsNeed)
	}
	return text, warning, nil
}

func (n nix) version(ctx context.Context) (string, version, error) {
	cmd, err := n.command("nix", io.Discard, "--version")
	if err != nil {
		return "", version{}, err
	}
	out, err := output(ctx, cmd)
	if err != nil {
		return "", version{}, fmt.Errorf("ask nix for its version: %w", err)
	}
	return parseVersion(string(out))
}

// lastVersion finds the number at the end: `nix (Nix) 2.8.0`,
// `nix (Determinate Nix 3.6.0) 2.29.0`, `nix (Lix, like Nix) 2.91.1`.
var lastVersion = regexp.MustCompile(`((\d+)\.(\d+)\S*)\s*$`)

func parseVersion(out string) (string, version, error) {
	m := lastVersion.FindStringSubmatch(out)
	if m == nil {
		return "", version{}, fmt.Errorf("ask nix for its version: %q holds none", out)
	}
	major, err := strconv.Atoi(m[2])
	if err != nil {
		return "", version{}, fmt.Errorf("ask nix for its version: %w", err)
	}
	minor, err := strconv.Atoi(m[3])
	if err != nil {
		return "", version{}, fmt.Errorf("ask nix for its version: %w", err)
	}
	return m[1], version{major, minor}, nil
}
