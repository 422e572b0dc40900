// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
	"gotest.tools/v3/skip"
	"libvirt.org/go/libvirtxml"
)

// board is a guest with all of processor, memory and board that the machines
// of these tests can run at once. Interrupt remapping is left out: emulated
// timers are too slow for the kernel's look at it now and then.
const board = `guests:
  a:
    cpus: 2
    memory: 384MiB
    readyTimeout: 4m
    kernel: ./vmlinuz
    initrd: ./initrd
    cmdline: console=ttyS0,115200 quiet intel_iommu=on
    maxCPUs: 4
    currentMemory: 448MiB
    cpu: {sockets: 2, cores: 2, features: {avx2: disable}}
    numa:
      - {cpus: 0-1, memory: 256MiB, distances: {0: 10, 1: 31}}
      - {cpus: 2-3, memory: 128MiB}
    maxMemory: {size: 1GiB, slots: 2}
    dimms: [{size: 128MiB, node: 1}]
    memoryBacking: {source: memfd}
    firmware: efi
    tpm: {}
    watchdog: i6300esb
    rng: builtin
    panic: isa
    consoles: {serial: 2, virtio: 1}
    graphics: vnc
    usb: qemu-xhci
    iommu: {model: intel, intremap: false}
    gdb: {port: PORT}
    qemu: {args: [-fw_cfg, "name=opt/org.example.word,string=word"], trace: [virtio_balloon_*], log: [guest_errors]}
    xml: {merge: "<domain><title>merged</title></domain>"}
`

// TestPlatform looks at the whole board from inside of one guest, and at what
// is left of it.
func TestPlatform(t *testing.T) {
	for _, tool := range []string{"swtpm", "mcopy"} {
		_, err := exec.LookPath(tool)
		skip.If(t, err != nil, "NOT RUN: %s is missing (make setup)", tool)
	}
	t.Parallel()
	p := newProject(t)
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	assert.NilError(t, err)
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	p.configure(t, strings.ReplaceAll(board, "PORT", port))
	p.extractKernel(t)

	t.Run("port that is taken", func(t *testing.T) {
		refused := p.vmprov(t, "up").Assert(t, icmd.Expected{ExitCode: 1})
		assert.Check(t, cmp.Contains(refused.Stdout(), "gdb: port "+port+" of 127.0.0.1 cannot be had: bind: address already in use"))
	})
	assert.NilError(t, taken.Close())
	up := p.vmprov(t, "up").Assert(t, icmd.Success)
	assert.Check(t, cmp.Contains(up.Combined(), "goes past what vmprov knows, by qemu.args, xml.merge"))
	uuid := strings.TrimSpace(virsh(t, "domuuid", p.domain("a")))
	t.Run("inside", func(t *testing.T) { p.seesItsBoard(t) })
	t.Run("consoles", func(t *testing.T) { p.hearsConsoles(t) })
	t.Run("gdb", func(t *testing.T) { answersGDB(t, port) })
	t.Run("outside", func(t *testing.T) { p.showsItsBoard(t) })
	t.Run("again", func(t *testing.T) { p.changesNothingOf(t, "a") })

	left := []string{"/var/lib/libvirt/qemu/nvram/" + p.domain("a") + "_VARS.fd", "/var/lib/libvirt/swtpm/" + uuid}
	for _, path := range left {
		assert.Check(t, exists(path), path)
	}
	p.must(t, "destroy", "--yes")
	for _, path := range left {
		assert.Check(t, !exists(path), path)
	}
}

// extractKernel takes kernel and initrd out of the quickstart image, whose boot
// loader is one of BIOS: EFI hands over to them directly.
func (p *project) extractKernel(t *testing.T) {
	t.Helper()
	raw := p.path("raw.img")
	icmd.RunCommand("qemu-img", "convert", "-O", "raw", builtImage(t, p), raw).Assert(t, icmd.Success)
	icmd.RunCommand("mcopy", "-i", raw+"@@1M", "::vmlinuz", "::initrd", p.Dir).Assert(t, icmd.Success)
	assert.NilError(t, os.Remove(raw))
	for _, name := range []string{"vmlinuz", "initrd"} {
		assert.NilError(t, os.Chmod(p.path(name), 0o644))
	}
}

func (p *project) seesItsBoard(t *testing.T) {
	for _, tc := range []struct{ what, command, want string }{
		{"firmware", "test -d /sys/firmware/efi && echo efi", "efi"},
		{"CPUs", "cd /sys/devices/system/cpu; cat possible online; grep -c avx2 /proc/cpuinfo; true", "0-3\n0-1\n0"},
		{"topology", "cat /sys/devices/system/cpu/cpu[01]/topology/physical_package_id", "0\n0"},
		{"nodes", "cat /sys/devices/system/node/node*/distance", "10 31\n31 10"},
		// A module that was there at the start is a memory device of ACPI like
		// one that comes later.
		{"module", "cat /sys/bus/acpi/devices/PNP0C80:*/status | grep -c 15", "1"},
		{"tpm", "cat /sys/class/tpm/tpm0/tpm_version_major", "2"},
		{"watchdog", "cat /sys/class/watchdog/watchdog0/identity; test -c /dev/watchdog && echo there", "i6300ESB timer\nthere"},
		{"rng", "cat /sys/class/misc/hw_random/rng_current", "virtio_rng.0"},
		{"panic device", "ls /sys/bus/acpi/devices | grep QEMU0001", "QEMU0001:00"},
		{"serial ports", "grep -c 16550A /proc/tty/driver/serial", "2"},
		{"argument of QEMU", "cat /sys/firmware/qemu_fw_cfg/by_name/opt/org.example.word/raw", "word"},
		{"usb", "cat /sys/bus/usb/devices/usb1/product", "xHCI Host Controller"},
		{"iommu", "ls /sys/class/iommu; test $(ls /sys/kernel/iommu_groups | wc -l) -gt 5 && echo groups", "dmar0\ngroups"},
	} {
		assert.Check(t, cmp.Equal(p.ssh(t, "a", tc.command), tc.want), tc.what)
	}
}

// live is what a guest runs with.
func (p *project) live(t *testing.T, guest string) libvirtxml.Domain {
	t.Helper()
	var d libvirtxml.Domain
	assert.NilError(t, d.Unmarshal(virsh(t, "dumpxml", p.domain(guest))))
	return d
}

// hearsConsoles says a word on each console but the first, in the guest, and
// hears it on the host.
func (p *project) hearsConsoles(t *testing.T) {
	d := p.live(t, "a")
	for device, source := range map[string]*libvirtxml.DomainChardevSource{
		"ttyS1": d.Devices.Serials[1].Source, "hvc0": d.Devices.Consoles[1].Source,
	} {
		tty, err := os.OpenFile(source.Pty.Path, os.O_RDWR, 0)
		assert.NilError(t, err)
		word := "from " + device
		heard := make(chan string, 1)
		go func() {
			line, _ := bufio.NewReader(tty).ReadString('\n')
			heard <- strings.TrimSpace(line)
		}()
		p.ssh(t, "a", "echo '"+word+"' >/dev/"+device)
		select {
		case line := <-heard:
			assert.Check(t, cmp.Equal(line, word))
		case <-time.After(20 * time.Second):
			t.Errorf("nothing came from %s by %s", device, source.Pty.Path)
		}
		_ = tty.Close()
	}
}

// answersGDB asks the stub what it can do, and lets the guest go on.
func answersGDB(t *testing.T, port string) {
	conn, err := net.Dial("tcp4", "127.0.0.1:"+port)
	assert.NilError(t, err)
	defer func() { _ = conn.Close() }()
	assert.NilError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	answers := bufio.NewReader(conn)
	ask := func(packet, want string) {
		sum := byte(0)
		for _, b := range []byte(packet) {
			sum += b
		}
		_, err := io.WriteString(conn, "+$"+packet+"#"+strconv.FormatUint(uint64(sum)|0x100, 16)[1:])
		assert.NilError(t, err)
		for {
			text, err := answers.ReadString('#')
			assert.NilError(t, err, "no answer to %s", packet)
			if strings.Contains(text, want) {
				return
			}
		}
	}
	ask("qSupported", "PacketSize=")
	ask("D", "OK")
}

func (p *project) showsItsBoard(t *testing.T) {
	d := p.live(t, "a")
	assert.Check(t, cmp.Equal(d.Title, "merged"))
	assert.Check(t, cmp.Equal(d.Devices.Graphics[0].VNC.Listeners[0].Socket != nil, true))
	assert.Check(t, cmp.Equal(strings.TrimSpace(virsh(t, "domstate", p.domain("a"))), "running"), "the debugger let it go")
	assert.Check(t, cmp.Contains(virsh(t, "dommemstat", p.domain("a")), "actual "+strconv.Itoa(448<<10)), "balloon")
	log := readFile(t, "/var/log/libvirt/qemu/"+p.domain("a")+".log")
	assert.Check(t, cmp.Contains(log, "virtio_balloon_"), "trace")
}
