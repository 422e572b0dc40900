// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
	"libvirt.org/go/libvirtxml"
)

// hand starts a guest without libvirt: the same QEMU with the same arguments,
// less what ties them to libvirtd, and the same virtiofsd.
type hand struct {
	dir string // of sockets
	// qemu and servers are command lines; those of virtiofsd by the share's alias.
	qemu    []string
	servers map[string][]string

	running []*exec.Cmd
}

// runFolder is where libvirtd keeps the pids of what it runs.
const runFolder = "/run/libvirt/qemu"

// handOf reads from the processes of a running guest how they were started.
func handOf(b *testing.B, p *project, guest string) *hand {
	b.Helper()
	h := &hand{dir: p.path("hand"), servers: map[string][]string{}}
	assert.NilError(b, os.Mkdir(h.dir, 0o755))
	b.Cleanup(h.kill)
	domain := p.domain(guest)
	pids, err := filepath.Glob(filepath.Join(runFolder, "*-"+domain+"-*-fs.pid"))
	assert.NilError(b, err)
	for _, file := range pids {
		_, alias, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), "-fs.pid"), "-"+domain+"-")
		h.servers[alias] = commandOf(b, file)
	}
	assert.Equal(b, len(h.servers), 2, "store and modules: %v", h.servers)
	h.qemu = h.own(commandOf(b, filepath.Join(runFolder, domain+".pid")), h.tap(b, p))
	return h
}

// commandOf is the command line of the process of a pid file.
func commandOf(b *testing.B, file string) []string {
	b.Helper()
	pid, err := os.ReadFile(file)
	assert.NilError(b, err)
	line, err := os.ReadFile(filepath.Join("/proc", strings.TrimSpace(string(pid)), "cmdline"))
	assert.NilError(b, err)
	return strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
}

// tap makes the guest's end of the project's network.
func (h *hand) tap(b *testing.B, p *project) string {
	b.Helper()
	var n libvirtxml.Network
	assert.NilError(b, n.Unmarshal(virshText(b, "net-dumpxml", p.network("default"))))
	const name = "benchtap"
	b.Cleanup(func() { icmd.RunCommand("ip", "link", "delete", name) })
	assert.NilError(b, runTool("ip", "tuntap", "add", "dev", name, "mode", "tap"))
	assert.NilError(b, runTool("ip", "link", "set", name, "master", n.Bridge.Name, "up"))
	return name
}

// own gives QEMU's arguments sockets and files of this process' in place of
// descriptors that libvirtd opened.
func (h *hand) own(argv []string, tap string) (own []string) {
	for i := 0; i < len(argv); i++ {
		flag, value := argv[i], ""
		if i+1 < len(argv) && strings.HasPrefix(flag, "-") && !strings.HasPrefix(argv[i+1], "-") {
			value = argv[i+1]
			i++
		}
		id, _, _ := strings.Cut(strings.TrimPrefix(value, "socket,id="), ",")
		switch {
		case flag == "-S", flag == "-no-shutdown", flag == "-add-fd", strings.Contains(value, `"masterKey0"`):
			continue
		case flag == "-chardev" && strings.HasPrefix(value, "pty,id=charserial0,"):
			value = "file,id=charserial0,path=" + filepath.Join(h.dir, "console")
		case flag == "-chardev" && strings.HasPrefix(id, "chr-vu-"):
			value = fmt.Sprintf("socket,id=%s,path=%s", id, h.socket(strings.TrimPrefix(id, "chr-vu-")))
		case flag == "-chardev" && strings.HasPrefix(value, "socket,id="):
			value = fmt.Sprintf("socket,id=%s,path=%s,server=on,wait=off", id, h.socket(id))
		case flag == "-netdev":
			vhost := strings.Contains(value, `"vhost":true`)
			value = fmt.Sprintf(`{"type":"tap","id":"hostnet0","ifname":%q,"script":"no","downscript":"no","vhost":%t}`, tap, vhost)
		}
		if own = append(own, flag); value != "" {
			own = append(own, value)
		}
	}
	return own
}

func (h *hand) socket(name string) string { return filepath.Join(h.dir, name) }

// start starts virtiofsd for each share, and QEMU.
func (h *hand) start() error {
	for alias, argv := range h.servers {
		if err := h.serve(h.socket(alias), argv); err != nil {
			return err
		}
	}
	qemu := exec.Command(h.qemu[0], h.qemu[1:]...)
	qemu.Stderr = os.Stderr
	return h.run(qemu)
}

// serve hands virtiofsd its socket open, as libvirtd does.
func (h *hand) serve(socket string, argv []string) error {
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	listener.SetUnlinkOnClose(false)
	file, err := listener.File()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	var args []string
	for _, arg := range argv[1:] {
		if strings.HasPrefix(arg, "--fd=") {
			arg = "--fd=3"
		}
		args = append(args, arg)
	}
	cmd := exec.Command(argv[0], args...)
	cmd.ExtraFiles = []*os.File{file}
	return h.run(cmd)
}

func (h *hand) run(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	h.running = append(h.running, cmd)
	return nil
}

// stop presses the power button, and waits until QEMU and virtiofsd have ended.
func (h *hand) stop() error {
	defer func() { h.running = nil }()
	if err := h.powerDown(); err != nil {
		return err
	}
	for _, cmd := range h.running {
		if err := cmd.Wait(); err != nil {
			return fmt.Errorf("%s: %w", cmd.Path, err)
		}
	}
	return nil
}

// kill ends what a failure left running.
func (h *hand) kill() {
	for _, cmd := range h.running {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

func (h *hand) powerDown() error {
	monitor, err := net.Dial("unix", h.socket("charmonitor"))
	if err != nil {
		return err
	}
	defer func() { _ = monitor.Close() }()
	if err := monitor.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	if _, err := io.WriteString(monitor, `{"execute":"qmp_capabilities"}{"execute":"system_powerdown"}`); err != nil {
		return err
	}
	// Until QEMU ends.
	_, err = io.Copy(io.Discard, monitor)
	return err
}
