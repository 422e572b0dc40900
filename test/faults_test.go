// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
	"gotest.tools/v3/poll"
)

// atOnce bounds a command that has nothing to wait for. It is far above what
// such a command takes (50 ms) and far below what a build or a boot does.
const atOnce = 3 * time.Second

// refused runs a command that must fail at once with this exit code.
func (p *project) refused(t *testing.T, exit int, args ...string) *icmd.Result {
	t.Helper()
	return within(t, atOnce, exit, p.command(args...))
}

func within(t *testing.T, limit time.Duration, exit int, cmd icmd.Cmd) *icmd.Result {
	t.Helper()
	began := time.Now()
	result := icmd.RunCmd(cmd)
	took := time.Since(began)
	assert.Assert(t, result.ExitCode == exit, "want exit %d\n%s", exit, result)
	assert.Check(t, took < limit, "%v took %s, want less than %s", cmd.Command, took, limit)
	return result
}

func TestNoLibvirtd(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, "guests:\n  a: {}\n")
	const nowhere = "qemu+unix:///system?socket=/nonexistent"
	for _, args := range [][]string{{"up"}, {"plan"}, {"recycle"}, {"destroy", "--yes"}, {"status"}, {"stop"}, {"ssh", "a"}} {
		result := p.refused(t, 4, append([]string{"--connect", nowhere}, args...)...)
		said := runID.ReplaceAllString(result.Stderr(), "")
		assert.Check(t, cmp.Contains(said, "vmprov: error: connect to "+nowhere+": libvirtd does not answer: "+
			"Failed to connect socket to '/nonexistent': No such file or directory\nvmprov: hint: start libvirtd"), args)
		assert.Check(t, cmp.Equal(result.Stdout(), ""), args)
	}
}

// slowFlake builds for an hour, and says where it began.
const slowFlake = `{ outputs = { self }: { packages.x86_64-linux.image = derivation {
  name = "vmprov-slow"; system = "x86_64-linux"; builder = "/bin/bash";
  args = [ "-c" "echo $$ > %s; exec /bin/sleep 3600" ];
}; }; }
`

// TestLostLibvirtdEndsTheBuild: a libvirtd that turns out not to answer while
// the image is built ends the command, and the build with its processes.
func TestLostLibvirtdEndsTheBuild(t *testing.T) {
	needsNix(t)
	t.Parallel()
	p := newProject(t)
	building := p.path("building")
	p.configure(t, "guests:\n  a: {}\n")
	writeFile(t, p.path("image", "flake.nix"), fmt.Sprintf(slowFlake, building))
	socket := p.path("socket")
	listener, err := net.Listen("unix", socket)
	assert.NilError(t, err)
	defer func() { _ = listener.Close() }()
	go func() { // a libvirtd that takes the connection and dies once the build runs
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		for i := 0; i < 1000; i++ {
			if _, err := os.Stat(building); err == nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		_ = conn.Close()
	}()

	result := within(t, 15*time.Second, 4, p.command("--connect", "qemu+unix:///system?socket="+socket, "up"))
	assert.Assert(t, cmp.Contains(result.Stderr(), "libvirtd does not answer"))
	builder := strings.TrimSpace(readFile(t, building))
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		cmdline, err := os.ReadFile("/proc/" + builder + "/cmdline")
		if err == nil && strings.Contains(string(cmdline), "sleep") {
			return poll.Continue("the build runs on: pid %s", builder)
		}
		return poll.Success()
	})
}

func TestNoNix(t *testing.T) {
	needsNix(t)
	t.Parallel()
	p := newProject(t)
	p.configure(t, "guests:\n  a: {}\n")
	cmd := p.command("up")
	cmd.Env = append(cmd.Env, "PATH="+pathWith(t, "ssh"))
	result := within(t, atOnce, 1, cmd)
	assert.Assert(t, cmp.Contains(result.Stderr(), "vmprov: error: build image devel: nix is not installed"))
	assert.Assert(t, cmp.Contains(result.Stderr(), "vmprov: hint: install nix (`apt install nix-bin`"))
}

// pathWith is a PATH that has these programs and no others.
func pathWith(t *testing.T, programs ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range programs {
		found := strings.TrimSpace(icmd.RunCommand("which", name).Assert(t, icmd.Success).Stdout())
		assert.NilError(t, os.Symlink(found, filepath.Join(dir, name)))
	}
	return dir
}

func TestFlakeThatFailsToBuild(t *testing.T) {
	needsNix(t)
	t.Parallel()
	p := newProject(t)
	p.configure(t, "guests:\n  a: {}\n")
	writeFile(t, p.path("image", "flake.nix"), `{ outputs = { self }: { packages.x86_64-linux.image = derivation {
  name = "vmprov-bad"; system = "x86_64-linux"; builder = "/bin/bash"; project = "`+p.Name+`";
  args = [ "-c" "echo all is well; echo there is no cheese >&2; exit 7" ];
}; }; }
`)
	result := within(t, 15*time.Second, 1, p.command("up"))
	log := p.path("state/vmprov/projects", p.Name, "build-devel.log")
	for _, want := range []string{
		"vmprov: error: build image devel: ", "failed with exit code 7",
		"> all is well\n", "> there is no cheese\n", // the end of the log
		"vmprov: hint: the whole build log is in " + log,
	} {
		assert.Check(t, cmp.Contains(result.Stderr(), want))
	}
	assert.Check(t, cmp.Contains(readFile(t, log), "there is no cheese"))
	left, err := p.leaks()
	assert.NilError(t, err)
	for _, object := range left {
		assert.Check(t, strings.HasPrefix(object, "file "+p.path("state")), "made before the build was there: %s", object)
	}
}

func TestGuestThatIsNeverReady(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	// Nobody listens before the kernel runs, and this one waits for a root for ever.
	p.configure(t, "guests:\n  a: {readyTimeout: 5s, kernel: {{.Dir}}/kernel, cmdline: 'earlyprintk=ttyS0 console=ttyS0 rootwait root=/dev/none'}\n")
	kernels, err := filepath.Glob("/boot/vmlinuz-*")
	assert.NilError(t, err)
	assert.Assert(t, len(kernels) > 0, "no kernel in /boot: run `make setup`")
	assert.NilError(t, os.Symlink(kernels[0], p.path("kernel")))

	began := time.Now()
	result := p.vmprov(t, "up")
	took := time.Since(began)
	result.Assert(t, icmd.Expected{ExitCode: 3, Err: "vmprov: error: wait for guest `a`: not ready after 5s: probe ssh: "})
	assert.Check(t, took > 5*time.Second && took < 15*time.Second, "it took %s", took)
	assert.Check(t, cmp.Regexp(`(?m)^  \| .*\S`, runID.ReplaceAllString(result.Stderr(), "")), "no end of the console")
	assert.Check(t, cmp.Contains(result.Stderr(), "vmprov: hint: the guest is left running: look with `vmprov logs a` or `vmprov console a`"))
	assert.Check(t, cmp.Regexp(`a +failed `, result.Stdout()))
	assert.Check(t, p.state(t, "a") == "running")
	assert.Check(t, cmp.Contains(p.must(t, "status"), "a: not seen ready yet\n"))
	assert.Check(t, p.must(t, "logs", "a") != "")
	// The next up waits for it again, and says the same.
	p.vmprov(t, "up").Assert(t, icmd.Expected{ExitCode: 3, Err: "not ready after 5s"})
}

func TestInvalidConfigurationSaysEveryFault(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configureAll(t, `project: Not_A_Label
imagess: {}
guests:
  a: {memory: 12XB, cpu: 3, disks: [{name: x, bus: floppy}]}
`)
	const faults = "vmprov.yaml:1:10: project: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `Not_A_Label`\n" +
		"vmprov.yaml:2:1: imagess: unknown key; did you mean `images`?\n" +
		"vmprov.yaml:4:15: guests.a.memory: must have a unit of KiB, MiB, GiB or TiB, got `12XB`\n" +
		"vmprov.yaml:4:26: guests.a.cpu: must be a word or a mapping, got `3`\n" +
		"vmprov.yaml:4:37: guests.a.disks[0].size: is required without `image` and `path`\n" +
		"vmprov.yaml:4:52: guests.a.disks[0].bus: must be one of virtio, nvme, scsi, sata, ide, got `floppy`\n" +
		"vmprov: error: 6 faults in the configuration\n"
	for _, args := range [][]string{{"validate"}, {"up"}, {"plan"}, {"recycle"}, {"destroy", "--yes"}, {"status"}} {
		result := p.refused(t, 2, args...)
		assert.Check(t, cmp.Equal(result.Stderr(), faults), args)
		assert.Check(t, cmp.Equal(result.Stdout(), ""), args)
	}
	p.refused(t, 2, "up", "nowhere.yaml")
}
