// SPDX-License-Identifier: Apache-2.0

package image

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// findImage finds the image file of a nix output: the output itself, the
// image that its nix-support/hydra-build-products names, or the only image
// in its folder. Links are followed, but not out of the store: only there a
// GC root protects the file.
func findImage(storePath string) (string, error) {
	real, info, err := resolveIn(filepath.Dir(storePath), storePath)
	if err != nil {
		return "", err
	}
	if info.Mode().IsRegular() {
		return real, nil
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s is neither a file nor a folder", storePath)
	}
	return findInFolder(storePath, real)
}

func findInFolder(storePath, folder string) (string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	candidates := productsOf(folder)
	if len(candidates) != 1 {
		candidates = imagesAmong(folder, names)
	}
	if len(candidates) != 1 {
		return "", fmt.Errorf("%s holds %d images (.qcow2, .img, .raw), want one; there is: %s", storePath, len(candidates), listed(names))
	}
	real, info, err := resolveIn(filepath.Dir(storePath), candidates[0])
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no plain file", candidates[0])
	}
	return real, nil
}

// productsOf are the images that the output itself names: lines of type,
// subtype and path.
func productsOf(folder string) []string {
	data, _ := readPlain(filepath.Join(folder, "nix-support", "hydra-build-products"))
	var found []string
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == "file" && isImageName(fields[2]) {
			found = append(found, fields[2])
		}
	}
	return found
}

// imagesAmong are the images among a folder's names; NixOS's own name goes
// before all others.
func imagesAmong(folder string, names []string) []string {
	const nixos = "nixos.qcow2"
	if slices.Contains(names, nixos) {
		return []string{filepath.Join(folder, nixos)}
	}
	var found []string
	for _, name := range names {
		if isImageName(name) {
			found = append(found, filepath.Join(folder, name))
		}
	}
	return found
}

func isImageName(name string) bool {
	return slices.Contains([]string{".qcow2", ".img", ".raw"}, filepath.Ext(name))
}

func listed(names []string) string {
	const most = 20
	switch {
	case len(names) == 0:
		return "nothing"
	case len(names) > most:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

func resolveIn(store, path string) (string, fs.FileInfo, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", nil, err
	}
	if !strings.HasPrefix(real, store+"/") {
		return "", nil, fmt.Errorf("%s leads out of the store, to %s, which no GC root protects; give that as the image's file", path, real)
	}
	info, err := os.Stat(real)
	return real, info, err
}
