// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
	"gotest.tools/v3/poll"

	"vmprov/internal/state"
)

// leakGrace is how long the kernel and libvirtd may take to put away what has
// ended: a process, its bridge, its pid file.
const leakGrace = 5 * time.Second

// noLeaks fails the test where anything of the project is left on the host,
// except what is named in the words of leaks. What carries no name of the
// project's is compared for the whole host at the end of all tests.
func (p *project) noLeaks(t *testing.T, except ...string) {
	t.Helper()
	slices.Sort(except)
	check := func(poll.LogT) poll.Result {
		left, err := p.leaks()
		switch {
		case err != nil:
			return poll.Error(err)
		case !slices.Equal(left, except):
			return poll.Continue("left of project %s:\n  %s\nexpected:\n  %s", p.Name, strings.Join(left, "\n  "), strings.Join(except, "\n  "))
		}
		return poll.Success()
	}
	poll.WaitOn(t, check, poll.WithTimeout(leakGrace), poll.WithDelay(50*time.Millisecond))
	// The test's own context has ended where a clean-up calls this.
	lock, err := state.Acquire(context.Background(), "qemu:///system", p.Name, 0)
	if assert.Check(t, err, "the lock of project %s is held", p.Name) {
		assert.Check(t, lock.Release())
	}
}

// leaks is everything on the host that is the project's, a line each, sorted.
func (p *project) leaks() ([]string, error) {
	host, err := observeHost()
	if err != nil {
		return nil, err
	}
	var left []string
	for object := range host {
		if p.owns(object) {
			left = append(left, object)
		}
	}
	for _, folder := range []string{p.path("state"), p.path("pool"), "/etc/libvirt", "/run/libvirt", "/var/lib/libvirt"} {
		files, err := p.filesIn(folder)
		if err != nil {
			return nil, err
		}
		left = append(left, files...)
	}
	slices.Sort(left)
	return left, nil
}

// owns tells by the project's name or folder, which are in no other's.
func (p *project) owns(object string) bool {
	return strings.Contains(object, p.Name) || strings.Contains(object, p.Dir+"/")
}

// filesIn are the project's files in a folder: all of a folder of its own, in
// libvirt's the ones that carry its name.
func (p *project) filesIn(folder string) ([]string, error) {
	own := strings.HasPrefix(folder, p.Dir)
	var files []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // it went meanwhile, or never was
		}
		if err != nil {
			return err
		}
		if strings.Contains(entry.Name(), p.Name) && !libvirtKeeps(path) || own && path != p.path("state") {
			files = append(files, "file "+path)
		}
		return nil
	})
	return files, err
}

// libvirtKeeps is what libvirt leaves of every network that it stops: the pid
// file of dnsmasq, and the folder for the network's ports, now without any.
func libvirtKeeps(path string) bool {
	if filepath.Dir(path) != "/run/libvirt/network" {
		return false
	}
	ports, err := os.ReadDir(filepath.Join(path, "ports"))
	return strings.HasSuffix(path, ".pid") || err == nil && len(ports) == 0
}

// host is what a machine has that vmprov could leave behind, a line each.
type host map[string]bool

// observeHost looks without vmprov's own code.
func observeHost() (host, error) {
	h := host{}
	for kind, list := range map[string][]string{
		"domain":  {"list", "--all", "--name"},
		"network": {"net-list", "--all", "--name"},
	} {
		names, err := virshNames(list...)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			h[kind+" "+name] = true
		}
	}
	if err := h.addPools(); err != nil {
		return nil, err
	}
	return h, h.addKernel()
}

func virshNames(list ...string) ([]string, error) {
	result := icmd.RunCommand("virsh", append([]string{"-q", "-c", "qemu:///system"}, list...)...)
	if result.ExitCode != 0 {
		return nil, fmt.Errorf("virsh %s: %s", list[0], result)
	}
	return strings.Fields(result.Stdout()), nil
}

// addPools adds pools with their folders, which tell whose a pool is.
func (h host) addPools() error {
	names, err := virshNames("pool-list", "--all", "--name")
	if err != nil {
		return err
	}
	for _, name := range names {
		// A pool of a test beside this one may go meanwhile.
		xml := icmd.RunCommand("virsh", "-q", "-c", "qemu:///system", "pool-dumpxml", name).Stdout()
		_, rest, _ := strings.Cut(xml, "<path>")
		path, _, _ := strings.Cut(rest, "</path>")
		h["pool "+name+" in "+path] = true
	}
	return nil
}

// addKernel adds what the kernel knows of. The lab has a network and processes
// of its own.
func (h host) addKernel() error {
	bridges, err := filepath.Glob("/sys/class/net/*/bridge")
	if err != nil {
		return err
	}
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(mounts)) {
		if fields := strings.Fields(line); strings.HasPrefix(fields[1], "/run/vmprov/") {
			h["mount "+fields[1]] = true
		}
	}
	for _, path := range bridges {
		h["bridge "+filepath.Base(filepath.Dir(path))] = true
	}
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return err
	}
	for _, path := range processes {
		h.addProcess(path)
	}
	sockets, err := os.ReadFile("/proc/net/unix")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(sockets)) {
		if fields := strings.Fields(line); strings.HasPrefix(fields[len(fields)-1], "@vmprov/") {
			h["lock "+fields[len(fields)-1]] = true
		}
	}
	return nil
}

// programs are the ones that run for guests and networks.
var programs = []string{"qemu-system", "virtiofsd", "dnsmasq", "vmprov", "ssh"}

func (h host) addProcess(cmdline string) {
	text, err := os.ReadFile(cmdline)
	if err != nil || len(text) == 0 {
		return // it ended meanwhile
	}
	argv := strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")
	program := filepath.Base(argv[0])
	if slices.ContainsFunc(programs, func(p string) bool { return strings.HasPrefix(program, p) }) {
		// A QEMU's first arguments name its guest; all of them fill a page.
		h[fmt.Sprintf("process %s %.200s", filepath.Base(filepath.Dir(cmdline)), strings.Join(argv, " "))] = true
	}
}

// same says what the host has more, or less, than it had.
func (before host) same() error {
	deadline := time.Now().Add(leakGrace)
	for {
		now, err := observeHost()
		if err != nil {
			return err
		}
		err = before.compare(now)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (before host) compare(now host) error {
	var differences []string
	for object := range now {
		if !before[object] {
			differences = append(differences, "left: "+object)
		}
	}
	for object := range before {
		if !now[object] {
			differences = append(differences, "gone: "+object)
		}
	}
	if len(differences) == 0 {
		return nil
	}
	slices.Sort(differences)
	return fmt.Errorf("the host is not as it was before the tests:\n  %s", strings.Join(differences, "\n  "))
}
