// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
)

// imageless are two guests of two closures on one store, one with a kernel of
// its own, and one whose kernel finds no root.
const imageless = `project: {{.Name}}
pool: {path: ./pool}
defaults: {cpus: 1, memory: 384MiB, readyTimeout: 2m, stopTimeout: 15s}
guests:
  kdev:
    imageless: {flake: ./image, kernel: ./linux, modules: /lib/modules}
    disks: [{name: scratch, bus: nvme, size: 64MiB, persist: false}]
  other:
    imageless: {flake: ./second, modules: /lib/modules}
`

// TestImageless collects garbage, so it runs alone.
func TestImageless(t *testing.T) {
	needsNix(t)
	p := newProject(t)
	assert.NilError(t, os.CopyFS(p.path("second"), os.DirFS(p.path("image"))))
	writeFile(t, p.path("second", "version"), "second\n")
	p.buildTree(t)
	p.configureAll(t, imageless)
	p.must(t, "up")

	t.Run("boots", func(t *testing.T) { bootsClosures(t, p) })
	t.Run("garbage", func(t *testing.T) { keepsWhatGuestsRun(t, p) })
	t.Run("kernel", func(t *testing.T) { takesUpAKernel(t, p) })
	t.Run("closure", func(t *testing.T) { takesUpAClosure(t, p) })
	t.Run("switch", func(t *testing.T) { switchesTheRunningGuest(t, p) })
	t.Run("refused", func(t *testing.T) { refusesWhatCannotBoot(t, p) })
	t.Run("panic", func(t *testing.T) { saysWhatThePanicWas(t, p) })
	t.Run("hang", func(t *testing.T) { endsAGuestThatHangs(t, p) })
	t.Run("views", func(t *testing.T) { viewsGoWithTheLastGuest(t, p) })
}

// buildTree makes ./linux look as a kernel's build folder after a build.
func (p *project) buildTree(t *testing.T) {
	t.Helper()
	kernels, err := filepath.Glob("/boot/vmlinuz-*")
	assert.NilError(t, err)
	assert.Assert(t, len(kernels) > 0, "no kernel in /boot")
	image := kernels[len(kernels)-1]
	assert.NilError(t, os.MkdirAll(p.path("linux/arch/x86/boot"), 0o755))
	// Nobody but its owner may read it: a private copy is made of it.
	writeFile(t, p.path("linux/arch/x86/boot/bzImage"), readFile(t, image))
	assert.NilError(t, os.Chmod(p.path("linux/arch/x86/boot/bzImage"), 0o600))
	writeFile(t, p.path("linux/.config"), readFile(t, strings.Replace(image, "vmlinuz", "config", 1)))
}

func bootsClosures(t *testing.T, p *project) {
	assert.Check(t, cmp.Equal(p.ssh(t, "kdev", "cat /etc/version"), "1"))
	assert.Check(t, cmp.Equal(p.ssh(t, "other", "cat /etc/version"), "second"))
	for _, guest := range []string{"kdev", "other"} {
		refused := p.ssh(t, guest, "touch /nix/store/mine /lib/modules/mine 2>&1; true")
		assert.Check(t, cmp.Equal(strings.Count(refused, "Read-only file system"), 2), "%s: %s", guest, refused)
		cmdline := p.ssh(t, guest, "cat /proc/cmdline")
		assert.Check(t, strings.HasPrefix(cmdline, "root=tmpfs rootflags=mode=0755 console=ttyS0,115200 init=/nix/store/"), cmdline)
	}
	// No key was accepted blindly: the guest has the one that it was given.
	known := readFile(t, p.path("state/vmprov/projects", p.Name, "known_hosts"))
	assert.Check(t, cmp.Contains(known, "kdev."+p.Name+".1."))
	assert.Check(t, cmp.Contains(p.must(t, "ssh-config"), "StrictHostKeyChecking yes"))
	// The kernel's owner and rights are as they were.
	info, err := os.Stat(p.path("linux/arch/x86/boot/bzImage"))
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(info.Mode().Perm(), os.FileMode(0o600)))
	assert.Check(t, cmp.Equal(p.must(t, "plan"), "kdev: unchanged\nother: unchanged\n"))
	assert.Check(t, cmp.Equal(len(p.roots(t)), 2))
	release := p.ssh(t, "kdev", "uname -r")
	assert.Check(t, cmp.Regexp(`KERNEL +IMAGE\nkdev +running +[0-9.]+ +`+release+` +/nix/store/`, p.must(t, "status")))
	saysAnotherKernel(t, p, release)
}

// saysAnotherKernel: the kernel was built anew, as another release.
func saysAnotherKernel(t *testing.T, p *project, release string) {
	image := p.path("linux/arch/x86/boot/bzImage")
	was := readFile(t, image)
	other := strings.Replace(release, "6", "7", 1)
	assert.Assert(t, other != release)
	writeFile(t, image, strings.ReplaceAll(was, release, other))
	assert.Check(t, cmp.Contains(p.must(t, "status"), "kdev: runs "+release+", configured is "+other+"\n"))
	writeFile(t, image, was)
	assert.Check(t, !strings.Contains(p.must(t, "status"), "configured is"))
}

func keepsWhatGuestsRun(t *testing.T, p *project) {
	icmd.RunCommand("nix-collect-garbage").Assert(t, icmd.Success)
	for path := range p.roots(t) {
		assert.Check(t, exists(path))
	}
	// What was not read before the collection.
	for _, guest := range []string{"kdev", "other"} {
		p.ssh(t, guest, "echo 3 >/proc/sys/vm/drop_caches && mkfs.xfs -V")
	}
}

func takesUpAKernel(t *testing.T, p *project) {
	other := p.footprint(t, "other")
	boot := p.ssh(t, "kdev", "cat /proc/sys/kernel/random/boot_id")
	writeFile(t, p.path("linux/arch/x86/boot/bzImage"), readFile(t, p.path("linux/arch/x86/boot/bzImage")))

	plan := p.must(t, "plan", "kdev")
	assert.Check(t, cmp.Regexp(`kernel image: \S+ -> \S+, built anew \(next boot\)`, plan))
	// up leaves the guest running on what it has, and says so.
	up := p.must(t, "up", "kdev")
	assert.Check(t, cmp.Contains(up, "pending until its next boot: kernel image"), up)
	assert.Check(t, cmp.Equal(p.ssh(t, "kdev", "cat /proc/sys/kernel/random/boot_id"), boot))
	assert.Check(t, cmp.Equal(len(p.staged(t, "kdev", "kernel")), 2), "the running kernel's copy and the next one's")
	p.ssh(t, "kdev", "mkfs.ext4 -q /dev/nvme0n1")

	p.must(t, "recycle", "kdev")
	assert.Check(t, p.ssh(t, "kdev", "cat /proc/sys/kernel/random/boot_id") != boot)
	assert.Check(t, cmp.Equal(len(p.staged(t, "kdev", "kernel")), 1))
	assert.Check(t, cmp.Equal(p.ssh(t, "kdev", "blkid -p /dev/nvme0n1 || echo blank"), "blank"))
	assert.Check(t, cmp.DeepEqual(p.footprint(t, "other"), other))
	assert.Check(t, cmp.Equal(p.must(t, "plan"), "kdev: unchanged\nother: unchanged\n"))
	for _, args := range [][]string{{"logs", "kdev", "--boot", "1"}, {"logs", "kdev", "--boot", "2"}, {"logs", "kdev"}} {
		assert.Check(t, cmp.Equal(strings.Count(p.must(t, args...), "Wrote key to "), 1), "%v", args)
	}
	assert.Check(t, cmp.Contains(p.vmprov(t, "logs", "kdev", "--boot", "3").Stderr(), "no console log of boot 3 (there are those of 1, 2)"))
}

// staged are the private copies of a kind that a guest has.
func (p *project) staged(t *testing.T, guest, kind string) []string {
	t.Helper()
	files, err := filepath.Glob(p.path("pool", p.domain(guest)+"."+kind+".*"))
	assert.NilError(t, err)
	return files
}

func takesUpAClosure(t *testing.T, p *project) {
	before := p.roots(t)
	writeFile(t, p.path("second", "version"), "third\n")
	up := p.must(t, "up", "other")
	assert.Check(t, cmp.Contains(up, "pending until its next boot: closure"), up)
	// What runs and what boots next, and the one of kdev.
	assert.Check(t, cmp.Equal(len(p.roots(t)), 3))
	for path := range before {
		assert.Check(t, p.roots(t)[path], "%s runs and is not held", path)
	}
	p.must(t, "up", "--restart", "other")
	assert.Check(t, cmp.Equal(p.ssh(t, "other", "cat /etc/version"), "third"))
	assert.Check(t, cmp.Equal(len(p.roots(t)), 2))
}

// switchesTheRunningGuest: what runs, what it was booted from and what it runs
// after a switch are held, and its next boot takes the last.
func switchesTheRunningGuest(t *testing.T, p *project) {
	boot := p.ssh(t, "kdev", "cat /proc/sys/kernel/random/boot_id")
	for i, version := range []string{"between", "switched"} {
		writeFile(t, p.path("image", "version"), version+"\n")
		result := p.vmprov(t, "switch", "kdev").Assert(t, icmd.Success)
		assert.Check(t, cmp.Regexp(`kdev: activating /nix/store/\S+\n`, result.Stderr()))
		assert.Check(t, cmp.Equal(p.ssh(t, "kdev", "cat /etc/version"), version))
		assert.Check(t, cmp.Equal(len(p.roots(t)), 3+i), "of other, and what kdev was booted from and was switched to")
	}
	assert.Check(t, cmp.Equal(p.ssh(t, "kdev", "cat /proc/sys/kernel/random/boot_id"), boot))
	icmd.RunCommand("nix-collect-garbage").Assert(t, icmd.Success)
	for path := range p.roots(t) {
		assert.Check(t, exists(path))
	}
	running := p.ssh(t, "kdev", "readlink /run/current-system")
	assert.Check(t, cmp.Contains(p.must(t, "status", "kdev"), running+"\n"))
	assert.Check(t, cmp.Contains(p.dumpXML(t, "kdev", "--inactive"), "init="+running+"/init"))
	assert.Check(t, cmp.Equal(p.must(t, "plan"), "kdev: unchanged\nother: unchanged\n"))

	// A closure that does not activate is named, and is not what boots next.
	script := p.path("image/guest/switch-to-configuration")
	was := readFile(t, script)
	writeFile(t, script, strings.Replace(was, "closure=@out@", "echo no such unit >&2; exit 4", 1))
	result := p.vmprov(t, "switch", "kdev")
	assert.Check(t, cmp.Equal(result.ExitCode, 1), "%s", result)
	assert.Check(t, cmp.Regexp(`activate /nix/store/\S+: run \S+ 'test' in the guest: exit status 4: no such unit`, result.Stderr()))
	assert.Check(t, cmp.Contains(p.dumpXML(t, "kdev", "--inactive"), "init="+running+"/init"))
	writeFile(t, script, was)
}

// refusesWhatCannotBoot: nothing is done to the guest, which runs on.
func refusesWhatCannotBoot(t *testing.T, p *project) {
	before := p.footprint(t, "kdev", "other")
	build, config := readFile(t, p.path("image/build.sh")), readFile(t, p.path("linux/.config"))
	for _, tc := range []struct{ name, file, text, want string }{
		{"another bootspec", "image/build.sh", strings.Replace(build, "org.nixos.bootspec.v1", "org.nixos.bootspec.v2", 1),
			"boot.json has org.nixos.bootspec.v2, and vmprov reads org.nixos.bootspec.v1 only"},
		{"no initrd", "image/build.sh", strings.Replace(build, `cp "/boot/vmlinuz-$release" "$out/kernel"`, `rm "$out/initrd"`, 1), "/initrd is not there"},
		{"no virtiofs", "linux/.config", strings.Replace(config, "CONFIG_VIRTIO_FS=m", "# CONFIG_VIRTIO_FS is not set", 1),
			"CONFIG_VIRTIO_FS is not set: the share of the store needs it"},
	} {
		was := readFile(t, p.path(tc.file))
		assert.Assert(t, was != tc.text, tc.name)
		writeFile(t, p.path(tc.file), tc.text)
		result := p.vmprov(t, "up", "kdev")
		assert.Check(t, cmp.Equal(result.ExitCode, 1), "%s: %s", tc.name, result)
		assert.Check(t, cmp.Contains(result.Combined(), tc.want), tc.name)
		writeFile(t, p.path(tc.file), was)
	}
	assert.Check(t, cmp.DeepEqual(p.footprint(t, "kdev", "other"), before))
}

// saysWhatThePanicWas recycles onto a command line that ends in a panic, and
// goes back to what the guest booted before.
func saysWhatThePanicWas(t *testing.T, p *project) {
	p.configureAll(t, strings.Replace(imageless, "modules: /lib/modules}\n    disks", "modules: /lib/modules, cmdline: rdinit=/none}\n    disks", 1))
	writeFile(t, p.path("linux/arch/x86/boot/bzImage"), readFile(t, p.path("linux/arch/x86/boot/bzImage")))
	result := p.vmprov(t, "recycle", "kdev", "--on-panic", "restart")
	assert.Check(t, cmp.Equal(result.ExitCode, 1), "%s", result)
	assert.Check(t, cmp.Contains(result.Stderr(), "kdev: warning: its kernel panicked, and it is started anew: "))
	assert.Check(t, cmp.Contains(result.Stderr(), "its kernel panicked: "))
	assert.Check(t, cmp.Contains(result.Stderr(), "VFS: Unable to mount root fs"))
	p.configureAll(t, imageless)
	p.must(t, "up", "kdev")
	assert.Check(t, cmp.Equal(p.ssh(t, "kdev", "cat /etc/version"), "switched"), "it is not back on what it booted before")
	assert.Check(t, cmp.Equal(len(p.roots(t)), 2))
}

// endsAGuestThatHangs: it does not hear the power button.
func endsAGuestThatHangs(t *testing.T, p *project) {
	p.configureAll(t, imageless+"    stopTimeout: 2s\n")
	p.ssh(t, "other", "killall acpid")
	result := p.vmprov(t, "stop", "other").Assert(t, icmd.Success)
	assert.Check(t, cmp.Contains(result.Stderr(), "other: warning: did not power off within 2s and is ended"))
	assert.Check(t, cmp.Equal(p.state(t, "other"), "shut off"))
	result = p.vmprov(t, "switch", "other")
	assert.Check(t, cmp.Equal(result.ExitCode, 1), "%s", result)
	assert.Check(t, cmp.Contains(result.Stderr(), "it is shut off, and a switch is of a running guest"))
}

func viewsGoWithTheLastGuest(t *testing.T, p *project) {
	view := "/run/vmprov/" + p.Name + "/store"
	// libvirt 11.0 and later keep the store read-only by themselves.
	bound := !strings.Contains(p.dumpXML(t, "kdev"), "<readonly/>")
	p.must(t, "destroy", "other", "--yes")
	assert.Check(t, cmp.Equal(exists(view), bound))
	assert.Check(t, cmp.Equal(p.ssh(t, "kdev", "cat /etc/version"), "switched"))
	p.must(t, "destroy", "--yes")
	assert.Check(t, !exists(view))
	assert.Check(t, cmp.Equal(len(p.roots(t)), 0))
}
