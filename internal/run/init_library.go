// SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"vmprov/image"
	"vmprov/image/nixos"
)

// library is the URL of the library as the flake is to have it. The library in
// this binary is unpacked below the user's data folder.
func (o InitOptions) library() (string, error) {
	if o.Library != "" {
		url, err := libraryURL(o.Library)
		if folder, ok := strings.CutPrefix(url, "path:"); ok && err == nil {
			_, err = os.Stat(filepath.Join(folder, "flake.nix"))
		}
		if err != nil {
			return "", fmt.Errorf("find library: %w", err)
		}
		return url, nil
	}
	data, err := dataFolder()
	if err != nil {
		return "", fmt.Errorf("unpack library: %w", err)
	}
	base := filepath.Join(data, "vmprov", "library")
	if _, err := image.PathURL(base); err != nil {
		return "", fmt.Errorf("unpack library: %w (set XDG_DATA_HOME, or name a library with --library)", err)
	}
	folder, err := nixos.Unpack(base)
	if err != nil {
		return "", err
	}
	return image.PathURL(folder)
}

// dataFolder is the user's, by the XDG base directory specification.
func dataFolder() (string, error) {
	if folder := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(folder) {
		return filepath.Clean(folder), nil
	}
	home, err := os.UserHomeDir()
	if err == nil && !filepath.IsAbs(home) {
		err = fmt.Errorf("HOME is not an absolute path: %q", home)
	}
	return filepath.Join(home, ".local", "share"), err
}

// libraryURL is a library as its user names it, as the input of a flake: a
// folder becomes a path: URL, and any other URL stays as it is.
func libraryURL(library string) (string, error) {
	folder, isPath := strings.CutPrefix(library, "path:")
	switch {
	case isPath, strings.HasPrefix(library, "/"), strings.HasPrefix(library, "."):
	case strings.Contains(library, ":"):
		return library, nil
	default:
		return "", fmt.Errorf("library `%s`: must be a folder such as ./library, or a flake URL such as github:owner/repo", library)
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		return "", fmt.Errorf("library `%s`: %w", library, err)
	}
	url, err := image.PathURL(folder)
	if err != nil {
		return "", fmt.Errorf("library `%s`: %w", library, err)
	}
	return url, nil
}
