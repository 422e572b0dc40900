// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/cavaliergopher/cpio"
	"github.com/klauspost/compress/zstd"
	"gotest.tools/v3/assert"
)

// installed is the newest kernel of this host; the tests need one.
func installed(t *testing.T) Kernel {
	t.Helper()
	found, err := filepath.Glob("/boot/vmlinuz-*")
	assert.NilError(t, err)
	assert.Assert(t, len(found) > 0, "no kernel in /boot (make setup installs one)")
	k, err := Find(found[len(found)-1], "x86_64")
	assert.NilError(t, err)
	return k
}

func TestInstalledKernel(t *testing.T) {
	k := installed(t)
	assert.Equal(t, filepath.Base(k.Image), "vmlinuz-"+k.Release)
	assert.Equal(t, k.Config, "/boot/config-"+k.Release)
	folder, err := Modules("/lib/modules", k.Release)
	assert.NilError(t, err)
	assert.Equal(t, folder, "/lib/modules")
	folder, err = Modules("/lib/modules/"+k.Release, k.Release)
	assert.NilError(t, err)
	assert.Equal(t, folder, "/lib/modules")
	_, err = Modules("/lib/modules", "9.9.9-none")
	assert.ErrorContains(t, err, "it has no modules of 9.9.9-none, only of "+k.Release)
}

// TestInstalledConfiguration: a distribution's kernel has virtiofs as a module.
func TestInstalledConfiguration(t *testing.T) {
	options, err := ReadOptions(installed(t).Config)
	assert.NilError(t, err)
	assert.DeepEqual(t, options.Lacks(BootNeeds, func(string) bool { return true }), []string(nil))
	lacks := options.Lacks(BootNeeds, func(module string) bool { return module != "virtiofs" })
	assert.DeepEqual(t, lacks, []string{"CONFIG_VIRTIO_FS=m: the share of the store needs it built in (=y), as the initrd has no module of it"})
}

func TestLacks(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".config")
	assert.NilError(t, os.WriteFile(path, []byte("# comment\nCONFIG_TMPFS=m\nCONFIG_BLK_DEV_INITRD=y\n# CONFIG_VIRTIO_FS is not set\nCONFIG_DEVTMPFS=y\nCONFIG_FUSE_FS=m\nCONFIG_VIRTIO_PCI=y\n"), 0o600))
	options, err := ReadOptions(path)
	assert.NilError(t, err)
	assert.DeepEqual(t, options.Lacks(BootNeeds, nil), []string{
		"CONFIG_TMPFS=m: the root file system needs it built in (=y), as the initrd has no module of it",
		"CONFIG_VIRTIO_FS is not set: the share of the store needs it",
	})
	assert.Equal(t, len(options.Lacks(CredentialNeeds, nil)), 2)
	_, err = ReadOptions(filepath.Join(t.TempDir(), "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// tree makes a kernel's build folder around the installed image.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return folder
}

func TestBuildFolder(t *testing.T) {
	image, err := os.ReadFile(installed(t).Image)
	assert.NilError(t, err)
	folder := tree(t, map[string]string{"arch/x86/boot/bzImage": string(image), ".config": "CONFIG_TMPFS=y\n", "vmlinux": "\x7fELF"})
	want := Kernel{
		Image: folder + "/arch/x86/boot/bzImage", Release: installed(t).Release,
		Config: folder + "/.config", VMLinux: folder + "/vmlinux",
	}
	for _, path := range []string{folder, folder + "/arch/x86/boot/bzImage"} {
		k, err := Find(path, "x86_64")
		assert.NilError(t, err)
		assert.DeepEqual(t, k, want)
	}
}

func TestARM64(t *testing.T) {
	image := make([]byte, 4096)
	copy(image[arm64Magic:], "ARM\x64")
	copy(image[1024:], "Linux version 6.12.0-dev+ (me@here) #1 SMP")
	folder := tree(t, map[string]string{"arch/arm64/boot/Image": string(image), ".config": ""})
	k, err := Find(folder, "aarch64")
	assert.NilError(t, err)
	assert.Equal(t, k.Release, "6.12.0-dev+")

	packed := tree(t, map[string]string{"arch/arm64/boot/Image.gz": "\x1f\x8b", ".config": "", "include/config/kernel.release": "6.13.0\n"})
	k, err = Find(packed, "aarch64")
	assert.NilError(t, err)
	assert.Equal(t, k.Release, "6.13.0")
}

// start is how the installed kernel begins, as a build that is still writing leaves it.
func start(t *testing.T, length int) string {
	t.Helper()
	data, err := os.ReadFile(installed(t).Image)
	assert.NilError(t, err)
	return string(data[:length])
}

func TestFindRefuses(t *testing.T) {
	cases := []struct{ name, path, arch, want string }{
		{"missing", "/nowhere/bzImage", "x86_64", "find kernel: /nowhere/bzImage does not exist (make it, or mend the path in the file)"},
		{"not built", tree(t, map[string]string{".config": ""}), "x86_64", "no arch/x86/boot/bzImage yet (build it with `make`"},
		{"another folder", tree(t, map[string]string{"a": ""}), "x86_64", "it is no build folder of a kernel"},
		{"an ELF file", tree(t, map[string]string{"vmlinux": "\x7fELF"}) + "/vmlinux", "x86_64", "it is an ELF file such as vmlinux"},
		{"text", tree(t, map[string]string{"bzImage": "hello"}) + "/bzImage", "x86_64", "it is no boot image of this architecture (x86_64: bzImage)"},
		{"cut short", tree(t, map[string]string{"bzImage": start(t, 20000)}) + "/bzImage", "x86_64", "it has 20000 bytes, and its header says "},
		{"another architecture", installed(t).Image, "aarch64", "it is no boot image of this architecture (aarch64: Image)"},
		{"a device", "/dev/null", "x86_64", "/dev/null is no plain file"},
		{"unknown architecture", t.TempDir(), "m68k", "architecture m68k is not known"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Find(tc.path, tc.arch)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

// archive is a cpio archive of empty files.
func archive(t *testing.T, names ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := cpio.NewWriter(&out)
	for _, name := range names {
		assert.NilError(t, w.WriteHeader(&cpio.Header{Name: name, Mode: 0o100644}))
	}
	assert.NilError(t, w.Close())
	return out.Bytes()
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(data)
	assert.NilError(t, err)
	assert.NilError(t, w.Close())
	return out.Bytes()
}

func zstandard(t *testing.T, data []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	assert.NilError(t, err)
	return w.EncodeAll(data, nil)
}

func TestInitrdModules(t *testing.T) {
	microcode := archive(t, "kernel/x86/microcode/AuthenticAMD.bin")
	modules := archive(t, "init", "lib/modules/6.1/kernel/fs/fuse/virtiofs.ko.xz", "lib/modules/dmi-sysfs.ko", "etc/x.konf")
	padding := make([]byte, 512)
	want := map[string]bool{"virtiofs": true, "dmi_sysfs": true}
	for name, initrd := range map[string][]byte{
		"plain":               modules,
		"gzip":                gzipped(t, modules),
		"zstd":                zstandard(t, modules),
		"microcode before it": bytes.Join([][]byte{microcode, padding, zstandard(t, modules)}, nil),
		"two archives":        bytes.Join([][]byte{modules, padding, archive(t, "a")}, nil),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "initrd")
			assert.NilError(t, os.WriteFile(path, initrd, 0o600))
			got, err := InitrdModules(path)
			assert.NilError(t, err)
			assert.DeepEqual(t, got, want)
		})
	}
	path := filepath.Join(t.TempDir(), "initrd")
	assert.NilError(t, os.WriteFile(path, []byte("no archive at all"), 0o600))
	_, err := InitrdModules(path)
	assert.ErrorContains(t, err, "an unknown compression")
}

// TestInstalledInitrd: the distribution's initrd is understood.
func TestInstalledInitrd(t *testing.T) {
	path := "/boot/initrd.img-" + installed(t).Release
	modules, err := InitrdModules(path)
	assert.NilError(t, err)
	assert.Assert(t, modules != nil)
}
