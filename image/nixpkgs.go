// SPDX-License-Identifier: Apache-2.0

package image

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

// checkNixpkgs refuses a flake folder that uses nixpkgs under a nix that
// nixpkgs refuses: after a long download the message would be much less clear.
func checkNixpkgs(folder, text string, v version) error {
	if !v.less(nixpkgsNeed) || !usesNixpkgs(folder) {
		return nil
	}
	return fmt.Errorf("nix %s cannot evaluate nixpkgs, which needs %s or later, and the flake %s uses nixpkgs; install a newer nix (https://nixos.org/download)", text, nixpkgsNeed, folder)
}

// usesNixpkgs asks the lock file, else the flake's text. A wrong no is
// harmless: nixpkgs then says the same itself.
func usesNixpkgs(folder string) bool {
	if lock, ok := readPlain(filepath.Join(folder, "flake.lock")); ok {
		return lockNamesNixpkgs(lock)
	}
	flake, _ := readPlain(filepath.Join(folder, "flake.nix"))
	return textNamesNixpkgs(string(flake))
}

// readPlain reads a plain file of moderate size and blocks on nothing else.
func readPlain(path string) ([]byte, bool) {
	const most = 4 << 20
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, false
	}
	data, err := io.ReadAll(io.LimitReader(f, most))
	return data, err == nil
}

// lockNamesNixpkgs looks for an input that is nixpkgs by its repository, its
// registry name or its channel's tarball.
func lockNamesNixpkgs(lock []byte) bool {
	var file struct {
		Nodes map[string]struct {
			Locked, Original struct{ ID, Repo, URL string }
		}
	}
	if json.Unmarshal(lock, &file) != nil {
		return false
	}
	for name, node := range file.Nodes {
		if name == "nixpkgs" || node.Locked.Repo == "nixpkgs" || node.Original.ID == "nixpkgs" || strings.Contains(node.Locked.URL, "nixpkgs") {
			return true
		}
	}
	return false
}

var (
	nixComment = regexp.MustCompile(`(?s)/\*.*?\*/|(^|\s)#[^\n]*`)
	// nixpkgsInput: nixpkgs.url = ..., inputs.nixpkgs = ..., { self, nixpkgs }: and a URL's end.
	nixpkgsInput = regexp.MustCompile(`\bnixpkgs\s*(\.(url|follows|inputs)\b|=|,|\})|[/:]nixpkgs\b`)
)

func textNamesNixpkgs(flake string) bool {
	return nixpkgsInput.MatchString(nixComment.ReplaceAllString(flake, " "))
}
