// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
	"gotest.tools/v3/skip"
)

// distroImage names the stock image that test/distro-image made.
const distroImage = "VMPROV_DISTRO_IMAGE"

const distroConfig = `project: {{.Name}}
pool: {path: ./pool}
images:
  stock: {file: ./stock.qcow2}
guests:
  deb:
    image: stock
    cpus: 2
    memory: 1GiB
    readyTimeout: 8m
    root: {size: 4GiB}
    disks:
      - {name: fast, bus: nvme, size: 512MiB, filesystem: {type: xfs}, target: /mnt/fast}
      - {name: data, bus: virtio, size: 256MiB, filesystem: {type: ext4, mkfsArgs: [-b, "1024", -L, "two words"]}, target: /mnt/data}
    shares:
      - {tag: out, source: ./share, target: /data/out}
      - {tag: in, source: ./in, target: /data/in, readOnly: true}
    ready: [ssh]
`

// TestDistro brings up a guest of a distribution's own making, in which nothing
// was prepared: keys, name, mounts and file systems all come from outside.
func TestDistro(t *testing.T) {
	skip.If(t, os.Getenv(distroImage) == "", "it needs a stock image (make test-distro)")
	p := newProject(t)
	// The pool's user cannot enter a home folder, where the image is kept.
	icmd.RunCommand("cp", "--sparse=always", os.Getenv(distroImage), p.path("stock.qcow2")).Assert(t, icmd.Success)
	assert.NilError(t, os.Chmod(p.path("stock.qcow2"), 0o644))
	assert.NilError(t, os.Mkdir(p.path("in"), 0o755))
	writeFile(t, p.path("in", "word"), "from the host")
	p.configureAll(t, distroConfig)

	distroRun(t, p, "up")
	t.Run("guest", func(t *testing.T) { distroTakesItsPartIn(t, p) })
	t.Run("mounts", func(t *testing.T) { distroMountsBeforeLogin(t, p) })
	t.Run("mkfs", func(t *testing.T) { distroMakesFileSystems(t, p) })
	t.Run("shares", func(t *testing.T) { distroShares(t, p) })
	t.Run("recycle", func(t *testing.T) { distroRecycles(t, p) })
	distroRun(t, p, "destroy", "--yes")
	p.noLeaks(t)
}

// distroLimit is above the guest's readyTimeout: without KVM and beside other
// work a distribution boots for minutes.
const distroLimit = 10 * time.Minute

// distroRun runs a command that must succeed, and logs how long it took.
func distroRun(t *testing.T, p *project, args ...string) {
	t.Helper()
	cmd := p.command(args...)
	cmd.Timeout = distroLimit
	began := time.Now()
	icmd.RunCmd(cmd).Assert(t, icmd.Success)
	t.Logf("vmprov %s: %s", args[0], time.Since(began).Round(10*time.Millisecond))
}

func distroTakesItsPartIn(t *testing.T, p *project) {
	t.Log(p.ssh(t, "deb", `. /etc/os-release; echo "$PRETTY_NAME"; systemctl --version | head -n 1; systemd-analyze`))
	assert.Check(t, cmp.Equal(p.ssh(t, "deb", "cat /etc/hostname"), ""), "the image has a name of its own")
	assert.Check(t, cmp.Equal(p.ssh(t, "deb", "uname -n"), "deb"))
	assert.Check(t, cmp.Equal(p.ssh(t, "deb", "systemctl list-units --failed --no-legend"), ""))
	// The keys are the ones that the host has, and no password was set.
	assert.Check(t, cmp.Contains(p.ssh(t, "deb", "cat /root/.ssh/authorized_keys"), "ssh-ed25519 "))
	assert.Check(t, cmp.Contains(p.ssh(t, "deb", "passwd --status root"), "root L"))
}

// distroMountsBeforeLogin asks systemd when each mount was there, and when the
// ssh server started.
func distroMountsBeforeLogin(t *testing.T, p *project) {
	server := number(t, p.ssh(t, "deb", "systemctl show --value -p ExecMainStartTimestampMonotonic ssh.service"))
	assert.Assert(t, server > 0, "the ssh server did not start as ssh.service")
	for target, want := range map[string]string{
		"/mnt/fast": "xfs", "/mnt/data": "ext4", "/data/out": "virtiofs", "/data/in": "virtiofs",
	} {
		assert.Check(t, cmp.Equal(p.ssh(t, "deb", "findmnt -n -o FSTYPE "+target), want), "%s", target)
		mounted := number(t, p.ssh(t, "deb", "systemctl show --value -p ActiveEnterTimestampMonotonic \"$(systemd-escape --path --suffix=mount "+target+")\""))
		assert.Check(t, mounted > 0 && mounted < server, "%s was mounted at %d us, the ssh server started at %d us", target, mounted, server)
	}
}

func distroMakesFileSystems(t *testing.T, p *project) {
	assert.Check(t, cmp.Contains(p.ssh(t, "deb", "findmnt -n -o SOURCE /mnt/fast"), "/dev/nvme"))
	assert.Check(t, cmp.Contains(p.ssh(t, "deb", "ls -l /dev/disk/by-id/"), "nvme-QEMU_NVMe_Ctrl_fast"))
	// What only the arguments can have made.
	assert.Check(t, cmp.Equal(p.ssh(t, "deb", "stat -f -c %S /mnt/data"), "1024"))
	assert.Check(t, cmp.Equal(p.ssh(t, "deb", "lsblk -n -o LABEL \"$(findmnt -n -o SOURCE /mnt/data)\""), "two words"))
	p.ssh(t, "deb", "echo kept >/mnt/fast/word && echo kept >/mnt/data/word && echo lost >/root/word")
}

func distroShares(t *testing.T, p *project) {
	p.ssh(t, "deb", "echo from the guest >/data/out/word")
	assert.Check(t, cmp.Equal(readFile(t, p.path("share", "word")), "from the guest\n"))
	assert.Check(t, cmp.Equal(p.ssh(t, "deb", "cat /data/in/word"), "from the host"))
	denied := icmd.RunCmd(p.command("ssh", "deb", "--", "touch /data/in/other"))
	assert.Check(t, denied.ExitCode != 0, "the read-only share can be written to")
	assert.Check(t, cmp.Contains(denied.Combined(), "Read-only file system"))
}

func distroRecycles(t *testing.T, p *project) {
	distroRun(t, p, "recycle")
	assert.Check(t, cmp.Equal(p.ssh(t, "deb", "cat /mnt/fast/word /mnt/data/word; ls /root"), "kept\nkept"))
	distroMountsBeforeLogin(t, p)
}
