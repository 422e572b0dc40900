// SPDX-License-Identifier: Apache-2.0

// Package kernel looks at what a guest boots directly: a kernel image or the
// folder that one was built in, its configuration, its modules and an initrd.
// It reads files of this host and changes none.
package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Kernel is a kernel that can be booted.
type Kernel struct {
	// Image is the boot image (bzImage, Image), an absolute path.
	Image string
	// Release is what `uname -r` says in the guest; empty where nothing tells.
	Release string
	// Config is its configuration (.config); empty where none lies beside it.
	Config string
	// VMLinux is the image with symbols, for a debugger; empty where there is none.
	VMLinux string
}

// images are the boot images of an architecture below the top of a kernel's
// build folder, the usual one first.
var images = map[string][]string{
	"x86_64":  {"arch/x86/boot/bzImage", "arch/x86_64/boot/bzImage"},
	"aarch64": {"arch/arm64/boot/Image", "arch/arm64/boot/Image.gz"},
}

// HostArch is libvirt's name of this machine's architecture.
func HostArch() string {
	if runtime.GOARCH == "arm64" {
		return "aarch64"
	}
	return "x86_64"
}

// Find finds the kernel that path means: a boot image itself, or the folder
// that a kernel was built in (`make O=` too). arch is libvirt's name of the
// guest's architecture. Nothing is run: the release is read from what the
// build left.
func Find(path, arch string) (Kernel, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Kernel{}, fmt.Errorf("find kernel: %w", missing(err, path))
	}
	if info.IsDir() {
		return inTree(path, arch)
	}
	if !info.Mode().IsRegular() {
		return Kernel{}, fmt.Errorf("find kernel: %s is no plain file (%s)", path, info.Mode().Type())
	}
	return alone(path, arch)
}

// missing says what to do where nothing is at a path.
func missing(err error, path string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s does not exist (make it, or mend the path in the file)", path)
	}
	return err
}

// inTree is the kernel of a build folder.
func inTree(tree, arch string) (Kernel, error) {
	known, ok := images[arch]
	if !ok {
		return Kernel{}, fmt.Errorf("find kernel in %s: architecture %s is not known", tree, arch)
	}
	for _, image := range known {
		path := filepath.Join(tree, image)
		if !isFile(path) {
			continue
		}
		k, err := read(path, arch)
		if err != nil {
			return Kernel{}, err
		}
		return besides(k, tree), nil
	}
	if !isFile(filepath.Join(tree, ".config")) && !isFile(filepath.Join(tree, "Makefile")) {
		return Kernel{}, fmt.Errorf("find kernel in %s: it is no build folder of a kernel (no %s, no .config)", tree, known[0])
	}
	return Kernel{}, fmt.Errorf("find kernel in %s: no %s yet (build it with `make`, or name the folder given to `make O=`)", tree, known[0])
}

// alone is a kernel image given by itself. One that still lies in its build
// folder has that one's configuration and symbols.
func alone(path, arch string) (Kernel, error) {
	k, err := read(path, arch)
	if err != nil {
		return Kernel{}, err
	}
	for _, image := range images[arch] {
		if tree, ok := strings.CutSuffix(path, "/"+image); ok {
			return besides(k, tree), nil
		}
	}
	folder := filepath.Dir(path)
	if k.Release != "" {
		k.Config = firstFile(filepath.Join(folder, "config-"+k.Release), filepath.Join(folder, ".config"), filepath.Join(folder, "config"))
	} else {
		k.Config = firstFile(filepath.Join(folder, ".config"), filepath.Join(folder, "config"))
	}
	k.VMLinux = firstFile(filepath.Join(folder, "vmlinux"))
	return k, nil
}

// besides adds what a build folder has beside its image.
func besides(k Kernel, tree string) Kernel {
	if text, err := os.ReadFile(filepath.Join(tree, "include/config/kernel.release")); err == nil && k.Release == "" {
		k.Release = strings.TrimSpace(string(text))
	}
	k.Config = firstFile(filepath.Join(tree, ".config"))
	k.VMLinux = firstFile(filepath.Join(tree, "vmlinux"))
	return k
}

// read reads the image's own header: it must be one for the architecture.
func read(path, arch string) (Kernel, error) {
	release, err := releaseOf(path, arch)
	if err != nil {
		return Kernel{}, fmt.Errorf("read kernel %s: %w", path, err)
	}
	return Kernel{Image: path, Release: release}, nil
}

func firstFile(paths ...string) string {
	for _, path := range paths {
		if isFile(path) {
			return path
		}
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Modules finds the folder that is laid out as /lib/modules and holds the
// modules of a release: path itself, a folder that `make modules_install` was
// given as INSTALL_MOD_PATH, or the release's own folder.
func Modules(path, release string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("find modules: %w", missing(err, path))
	}
	if release == "" {
		return path, nil
	}
	candidates := []string{path, filepath.Join(path, "lib/modules"), filepath.Join(path, "usr/lib/modules")}
	if filepath.Base(path) == release {
		candidates = append(candidates, filepath.Dir(path))
	}
	for _, folder := range candidates {
		if isFolder(filepath.Join(folder, release)) {
			return folder, nil
		}
	}
	return "", fmt.Errorf("find modules in %s: it has no modules of %s%s (install them with `make modules_install INSTALL_MOD_PATH=%s`)",
		path, release, others(candidates), path)
}

// others names the releases that are there instead.
func others(folders []string) string {
	var found []string
	for _, folder := range folders {
		entries, _ := os.ReadDir(folder)
		for _, e := range entries {
			if isFile(filepath.Join(folder, e.Name(), "modules.dep")) {
				found = append(found, e.Name())
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	return ", only of " + strings.Join(found, ", ")
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// errOther says that a file is no image of the architecture that was asked for.
var errOther = errors.New("it is no boot image of this architecture")
