// SPDX-License-Identifier: Apache-2.0

package image

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Closure is a NixOS system in the store that a guest boots without an image.
type Closure struct {
	// StorePath is the system's toplevel; a GC root of it holds all it needs.
	StorePath string
	// Init is what the kernel command line gives as init=.
	Init string
	// Initrd is the real path of its initrd, Kernel that of its own kernel;
	// empty for a system that has none.
	Initrd, Kernel string
	// KernelParams are what the system wants on the kernel command line.
	KernelParams []string
	// Label is the system's name for people; it may be empty.
	Label string
}

// bootspecV1 is the only version of a bootspec that is read here.
const bootspecV1 = "org.nixos.bootspec.v1"

// bootspec is what boot.json says (NixOS RFC 125).
type bootspec struct {
	Init         string   `json:"init"`
	Initrd       string   `json:"initrd"`
	Kernel       string   `json:"kernel"`
	KernelParams []string `json:"kernelParams"`
	Label        string   `json:"label"`
}

// ReadClosure reads how to boot a closure, given its store path or a link to
// it: from its boot.json, else from the init, initrd and kernel beside it.
func ReadClosure(path string) (Closure, error) {
	storePath, err := closurePath(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("it does not exist (build it anew, or mend the path in the file)")
	}
	if err != nil {
		return Closure{}, fmt.Errorf("read closure %s: %w", path, err)
	}
	c, err := readClosure(storePath)
	if err != nil {
		return Closure{}, fmt.Errorf("read closure %s: %w", storePath, err)
	}
	return c, nil
}

// closurePath is the store path that a path leads to.
func closurePath(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(real)
	switch {
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", errors.New("it is no folder (a closure is the toplevel of a NixOS system)")
	case !isStorePath(real):
		return "", fmt.Errorf("it leads to %s, which is no store path, so that no GC root can hold it", real)
	}
	return real, nil
}

// isStorePath says that a path is one of the store's own: HASH-NAME below the
// store, whose hash has 32 characters.
func isStorePath(path string) bool {
	hash, _, ok := strings.Cut(filepath.Base(path), "-")
	return ok && len(hash) == 32 && filepath.Base(filepath.Dir(path)) == "store"
}

func readClosure(storePath string) (Closure, error) {
	spec, err := readBootspec(filepath.Join(storePath, "boot.json"))
	if errors.Is(err, fs.ErrNotExist) {
		spec, err = withoutBootspec(storePath), nil
	}
	if err != nil {
		return Closure{}, err
	}
	c := Closure{StorePath: storePath, KernelParams: spec.KernelParams, Label: spec.Label, Init: spec.Init}
	if _, err := findPart(storePath, "init", spec.Init); err != nil {
		return Closure{}, err
	}
	if c.Initrd, err = findPart(storePath, "initrd", spec.Initrd); err != nil {
		return Closure{}, err
	}
	if spec.Kernel != "" {
		if c.Kernel, err = findPart(storePath, "kernel", spec.Kernel); err != nil {
			return Closure{}, err
		}
	}
	return c, nil
}

// withoutBootspec is what a system has that was built without boot.json.
func withoutBootspec(storePath string) bootspec {
	spec := bootspec{Init: filepath.Join(storePath, "init"), Initrd: filepath.Join(storePath, "initrd")}
	if kernel := filepath.Join(storePath, "kernel"); exists(kernel) {
		spec.Kernel = kernel
	}
	if text, err := os.ReadFile(filepath.Join(storePath, "kernel-params")); err == nil {
		spec.KernelParams = strings.Fields(string(text))
	}
	return spec
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func readBootspec(path string) (bootspec, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return bootspec{}, err
	}
	var versions map[string]json.RawMessage
	if err := json.Unmarshal(data, &versions); err != nil {
		return bootspec{}, fmt.Errorf("boot.json: %w", err)
	}
	v1, ok := versions[bootspecV1]
	if !ok {
		return bootspec{}, fmt.Errorf("boot.json has %s, and vmprov reads %s only (build the closure with a NixOS that writes it)", bootspecsIn(versions), bootspecV1)
	}
	var spec bootspec
	if err := json.NewDecoder(bytes.NewReader(v1)).Decode(&spec); err != nil {
		return bootspec{}, fmt.Errorf("boot.json: %s: %w", bootspecV1, err)
	}
	return spec, nil
}

// bootspecsIn names the versions that a boot.json has instead.
func bootspecsIn(versions map[string]json.RawMessage) string {
	var found []string
	for key := range versions {
		if strings.HasPrefix(key, "org.nixos.bootspec.") {
			found = append(found, key)
		}
	}
	slices.Sort(found)
	if len(found) == 0 {
		return "no bootspec"
	}
	return strings.Join(found, ", ")
}

// findPart finds a file of a closure; it must lie in the store, where the
// closure's GC root holds it too.
func findPart(storePath, what, path string) (string, error) {
	if path == "" {
		return "", fmt.Errorf("it has no %s (boot.json names none; an imageless system needs boot.initrd.enable and the imageless backend)", what)
	}
	real, info, err := resolveIn(filepath.Dir(storePath), path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("its %s %s is not there", what, path)
	case err != nil:
		return "", fmt.Errorf("its %s: %w", what, err)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("its %s %s is no plain file", what, path)
	}
	return real, nil
}
