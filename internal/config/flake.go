// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// flakeSchemes are the URL-like flake references that nix knows ("nix flake"
// manual, "Types"), beside folders.
var flakeSchemes = []string{
	"github", "gitlab", "sourcehut", "flake",
	"git", "git+file", "git+http", "git+https", "git+ssh", "git+git",
	"hg+file", "hg+http", "hg+https", "hg+ssh",
	"tarball+file", "tarball+http", "tarball+https", "file+file", "file+http", "file+https",
	"file", "http", "https",
}

// reference is a flake reference as nix is to get it: a folder as its absolute
// path, anything else as it is.
func (p resolver) reference(flake string) (string, error) {
	if strings.Contains(flake, "#") {
		return "", errors.New("must not have a fragment; say it with `attribute`")
	}
	if folder, ok := flakeFolder(flake); ok {
		if strings.Contains(folder, "?") {
			return "", errors.New("must be the folder of the flake itself, without a query")
		}
		return p.absolute(folder)
	}
	scheme, _, ok := strings.Cut(flake, ":")
	if !ok {
		// nix would look a bare word up in its registry, which is rarely meant.
		return "", errors.New("must be a folder such as ./devel, or a flake URL such as github:owner/repo")
	}
	if slices.Contains(flakeSchemes, scheme) {
		return flake, nil
	}
	if near := Nearest(scheme, flakeSchemes); near != "" {
		return "", fmt.Errorf("must be a folder or a flake URL that nix knows, perhaps one of %s", near)
	}
	return "", errors.New("must be a folder or a flake URL that nix knows")
}

// flakeFolder is the folder that a reference names, if it names one. The
// prefix path: is left out: whether nix needs it depends on the host.
func flakeFolder(flake string) (string, bool) {
	if folder, ok := strings.CutPrefix(flake, "path:"); ok {
		return folder, true
	}
	for _, start := range []string{".", "/", "~"} {
		if strings.HasPrefix(flake, start) {
			return flake, true
		}
	}
	return "", false
}
