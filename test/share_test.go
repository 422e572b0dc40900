// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
	"gotest.tools/v3/skip"
	"libvirt.org/go/libvirtxml"
)

// shareKinds are shares that differ in all that virtiofsd has a setting for.
const shareKinds = `guests:
  a:
    shares:
      - {tag: all, source: ./all, target: /mnt/all, cache: always, queueSize: 512, threadPool: 4, xattr: true` + allLocks + `}
      - {tag: none, source: ./none, target: /mnt/none, cache: none, threadPool: 0, xattr: false, sandbox: chroot}
      - {tag: in, source: ./in, target: /mnt/in, readOnly: true}
      - {tag: home, source: ./in}
      - {tag: made, source: ./made/deep, target: /mnt/made, create: true}
`

// allLocks is what the virtiofsd of today refuses.
const allLocks = ", posixLock: true, flock: true"

// prober is a program for a guest that has no tool for attributes and locks.
const prober = `package main

import (
	"fmt"
	"os"
	"syscall"
)

func main() {
	switch file := os.Args[2]; os.Args[1] {
	case "attribute":
		fmt.Println(syscall.Setxattr(file, "user.word", []byte("guest"), 0))
	case "lock":
		f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o644)
		if err == nil {
			err = syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_WRLCK})
		}
		fmt.Println(err)
		os.Stdout.Close()
		syscall.Select(0, nil, nil, nil, nil) // it is locked until the program is killed
	}
}
`

// TestShares sees the settings of shares from inside a guest.
func TestShares(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	kinds, locks := shareKinds, true
	p.configure(t, kinds)
	if said := p.vmprov(t, "validate", "--host"); strings.Contains(said.Combined(), "does not pass locks on to the host") {
		kinds, locks = strings.Replace(kinds, allLocks, "", 1), false
		p.configure(t, kinds)
	}
	why := "share `all`: " + p.path("all") + " does not exist (make it, mend the path in the file, or have it made with `create: true`)"
	p.vmprov(t, "up").Assert(t, icmd.Expected{ExitCode: 1, Err: why})
	assert.Check(t, !exists(p.path("made")), "a guest that is left out has a folder made")
	assert.Check(t, !strings.Contains(virsh(t, "list", "--all", "--name"), p.domain("a")))

	for _, folder := range []string{"all", "none", "in"} {
		assert.NilError(t, os.Mkdir(p.path(folder), 0o755))
	}
	writeFile(t, p.path("in", "word"), "from the host\n")
	p.buildProber(t)
	assert.Check(t, cmp.Contains(p.must(t, "plan"), "make folder `"+p.path("made/deep")+"`"))
	p.must(t, "up")

	t.Run("definition", func(t *testing.T) { p.definesShares(t) })
	t.Run("mounts", func(t *testing.T) { p.mountsShares(t) })
	t.Run("attributes", func(t *testing.T) { p.setsAttributes(t) })
	t.Run("locks", func(t *testing.T) {
		skip.If(t, !locks, "NOT RUN: this virtiofsd keeps locks to the guest")
		assert.Check(t, cmp.Contains(p.dumpXML(t, "a"), "<lock posix='on' flock='on'/>"))
		p.locksTheHost(t)
	})
	t.Run("overlay", func(t *testing.T) { p.overlaysAShare(t) })
	assert.Check(t, cmp.Equal(p.must(t, "up"), p.Name+": no changes, 1 guest\n"))

	p.must(t, "destroy", "--yes")
	assert.Check(t, exists(p.path("made/deep/word")), "a share's folder was deleted")
}

// buildProber puts the program into a share, without libraries.
func (p *project) buildProber(t *testing.T) {
	t.Helper()
	source := p.path("prober.go")
	writeFile(t, source, prober)
	build := exec.Command("go", "build", "-o", p.path("in", "probe"), source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	assert.NilError(t, err, string(out))
}

// definesShares: libvirt has taken every setting in.
func (p *project) definesShares(t *testing.T) {
	shares := map[string]libvirtxml.DomainFilesystem{}
	for _, f := range p.domainXML(t, "a").Devices.Filesystems {
		assert.Check(t, strings.HasPrefix(f.Alias.Name, "ua-fs-"), f.Alias.Name)
		shares[f.Target.Dir] = f
	}
	all, none := shares["all"], shares["none"]
	assert.Assert(t, all.Binary != nil && none.Binary != nil)
	assert.Check(t, cmp.Equal(all.Driver.Queue, uint(512)))
	assert.Check(t, cmp.Equal(all.Binary.Cache.Mode+" "+all.Binary.XAttr, "always on"))
	assert.Check(t, cmp.Equal(all.Binary.ThreadPool.Size, uint(4)))
	assert.Check(t, cmp.Equal(none.Binary.Cache.Mode+" "+none.Binary.XAttr+" "+none.Binary.Sandbox.Mode, "none off chroot"))
	assert.Check(t, cmp.Contains(p.dumpXML(t, "a", "--inactive"), "<thread_pool size='0'/>"))
}

func (p *project) mountsShares(t *testing.T) {
	mounts := p.ssh(t, "a", "cat /proc/mounts")
	for _, want := range []string{"all /mnt/all virtiofs rw,", "none /mnt/none virtiofs rw,", "in /mnt/in virtiofs ro,", "made /mnt/made virtiofs rw,"} {
		assert.Check(t, cmp.Contains(mounts, want))
	}
	assert.Check(t, cmp.Equal(p.ssh(t, "a", "cat /mnt/in/word"), "from the host"))
	assert.Check(t, cmp.Contains(p.ssh(t, "a", "touch /mnt/in/new 2>&1; true"), "Read-only file system"))
	p.ssh(t, "a", "echo from the guest >/mnt/made/word")
	assert.Check(t, cmp.Equal(readFile(t, p.path("made/deep/word")), "from the guest\n"))
}

// setsAttributes: an attribute reaches the host where that is wanted, and no
// other share has any.
func (p *project) setsAttributes(t *testing.T) {
	for folder, want := range map[string]string{"all": "guest", "none": ""} {
		file := p.path(folder, "attributed")
		writeFile(t, file, "")
		said := p.ssh(t, "a", "/mnt/in/probe attribute /mnt/"+folder+"/attributed")
		value := make([]byte, 16)
		n, err := syscall.Getxattr(file, "user.word", value)
		if want != "" {
			assert.Check(t, err == nil && string(value[:max(n, 0)]) == want, "%s: the guest said %s, the host says %v", folder, said, err)
		} else {
			assert.Check(t, errors.Is(err, syscall.ENODATA), "%s: the guest said %s, the host says %v", folder, said, err)
		}
	}
}

// locksTheHost: a lock of the guest keeps the host out where that is wanted.
func (p *project) locksTheHost(t *testing.T) {
	for folder, want := range map[string]error{"all": syscall.EAGAIN, "none": nil} {
		const wait = "for i in $(seq 100); do [ -s /tmp/%[1]s ] && break; usleep 50000; done; cat /tmp/%[1]s"
		said := p.ssh(t, "a", fmt.Sprintf("/mnt/in/probe lock /mnt/%[1]s/locked >/tmp/%[1]s 2>&1 </dev/null & "+wait, folder))
		assert.Check(t, cmp.Equal(said, "<nil>"), folder)
		f, err := os.OpenFile(p.path(folder, "locked"), os.O_RDWR|os.O_CREATE, 0o644)
		assert.NilError(t, err)
		err = syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_WRLCK})
		assert.Check(t, errors.Is(err, want), "%s: %v", folder, err)
		assert.Check(t, f.Close())
	}
	p.ssh(t, "a", "killall probe; true")
}

// overlaysAShare is the home of examples/shares-home: the host's folder below,
// the guest's own writes above.
func (p *project) overlaysAShare(t *testing.T) {
	const mount = `set -e; mkdir -p /run/lower /run/upper /mnt/home; mount -t virtiofs -o ro home /run/lower
		mount -t tmpfs tmpfs /run/upper; mkdir /run/upper/data /run/upper/work
		mount -t overlay -o lowerdir=/run/lower,upperdir=/run/upper/data,workdir=/run/upper/work overlay /mnt/home`
	p.ssh(t, "a", mount)
	p.ssh(t, "a", "echo changed >/mnt/home/word; echo new >/mnt/home/new")
	assert.Check(t, cmp.Equal(p.ssh(t, "a", "cat /mnt/home/word /mnt/home/new"), "changed\nnew"))
	assert.Check(t, cmp.Equal(readFile(t, p.path("in", "word")), "from the host\n"))
	assert.Check(t, !exists(p.path("in", "new")))
}
