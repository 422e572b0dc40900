// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"
)

// Host is what one libvirtd and the machine below it can do. It is a value:
// a second host is a second value.
type Host struct {
	URI string
	// Local says that the host's paths are this machine's, Session that
	// libvirtd runs as the user and not as root.
	Local, Session bool
	// LibVersion is the daemon's libvirt, as libvirt counts: 9000000 is 9.0.0.
	LibVersion uint32
	// QEMUVersion likewise; 0 for a driver that is not QEMU.
	QEMUVersion uint32
	// Arch, Machine and Emulator are what a guest of the host's own kind uses.
	Arch, Machine, Emulator string
	// KVM says that KVM is real here, and NoKVM why not.
	KVM   bool
	NoKVM string
	// Virtualisation is the feature of the host's CPU that nested
	// virtualisation hands on: vmx or svm; empty where neither is known.
	Virtualisation string
	// NativeNVMe: libvirt has the nvme disk bus (11.5 and later).
	NativeNVMe bool
	// VirtioFS: libvirt offers virtiofs; ReadOnlyVirtioFS: with <readonly/> (11.0 and later).
	VirtioFS, ReadOnlyVirtioFS bool
	// NoPasst is why user networks cannot be had by passt; empty where they can.
	NoPasst string
	// Links are this machine's network interfaces, each with its kind (bridge,
	// openvswitch, empty for hardware); nil where they cannot be seen.
	Links map[string]string
	// QEMUUser runs the guests (the dac security model's base label).
	QEMUUser Credential
	// Properties are those of QEMU's devices that were asked for (ReadProperties).
	Properties Properties
	// MemoryBytes is the host's memory.
	MemoryBytes uint64
	// Facts are what the host has beyond that (Client.ReadFacts).
	Facts Facts
}

// Credential is a user and group by number.
type Credential struct{ UID, GID int }

// DomainType is libvirt's domain type for a wanted accelerator (kvm, tcg, or
// empty for the best), with a warning where there is something to say.
func (h Host) DomainType(accelerator string) (domainType, warning string) {
	switch {
	case accelerator == "kvm" && !h.KVM:
		return "kvm", "kvm was asked for, but " + h.NoKVM
	case accelerator == "kvm":
		return "kvm", ""
	case accelerator == "tcg":
		return "qemu", ""
	case h.KVM:
		return "kvm", ""
	default:
		return "qemu", h.NoKVM + ": guests run by emulation (tcg), which is slow"
	}
}

// DefaultPoolPath is the folder of the pool that vmprov makes by default.
func (h Host) DefaultPoolPath() string {
	if !h.Session {
		return "/var/lib/libvirt/images/vmprov"
	}
	if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "libvirt/images/vmprov")
	}
	home, _ := os.UserHomeDir()
	return filepath.Join(home, ".local/share/libvirt/images/vmprov")
}

// ReadHost asks libvirtd what it can do. The first question to a fresh
// libvirtd takes seconds, since it probes QEMU then.
func (c *Client) ReadHost(ctx context.Context) (Host, error) {
	h := Host{URI: c.uri, Local: isLocal(c.uri), Session: strings.HasSuffix(strings.SplitN(c.uri, "?", 2)[0], "/session")}
	err := c.Look(ctx, func(conn *libvirt.Connect) error { return h.read(conn) })
	if err != nil {
		return Host{}, fmt.Errorf("read capabilities of %s: %w", c.uri, err)
	}
	return h, nil
}

func (h *Host) read(conn *libvirt.Connect) error {
	version, err := conn.GetLibVersion()
	if err != nil {
		return err
	}
	h.LibVersion = version
	h.ReadOnlyVirtioFS = version >= 11000000
	if v, err := conn.GetVersion(); err == nil {
		h.QEMUVersion = v
	}
	text, err := conn.GetCapabilities()
	if err != nil {
		return err
	}
	var caps libvirtxml.Caps
	if err := caps.Unmarshal(text); err != nil {
		return err
	}
	h.Arch = caps.Host.CPU.Arch
	h.QEMUUser = h.qemuUser(caps)
	h.Machine = machineFor(h.Arch)
	h.Facts.readCapabilities(caps)
	if node, err := conn.GetNodeInfo(); err == nil {
		h.MemoryBytes = node.Memory * 1024
	}
	listed := guestTypes(caps, h.Arch)
	h.KVM, h.NoKVM = h.kvm(conn, listed["kvm"])
	h.readDomainCapabilities(conn)
	h.NoPasst = h.noPasst()
	if h.Local {
		h.Links, _ = readLinks() // unseen, libvirt says it at the start
	}
	return nil
}

// readDomainCapabilities fills what only they tell; the test driver has none.
func (h *Host) readDomainCapabilities(conn *libvirt.Connect) {
	domainType, _ := h.DomainType("")
	text, err := conn.GetDomainCapabilities("", h.Arch, h.Machine, domainType, 0)
	if err != nil {
		return
	}
	var caps libvirtxml.DomainCaps
	if err := caps.Unmarshal(text); err != nil {
		return
	}
	h.Emulator = caps.Path
	if disk := caps.Devices.Disk; disk != nil {
		h.NativeNVMe = hasEnum(disk.Enums, "bus", "nvme")
	}
	if fs := caps.Devices.FileSystem; fs != nil {
		h.VirtioFS = hasEnum(fs.Enums, "driverType", "virtiofs")
	}
}

func hasEnum(enums []libvirtxml.DomainCapsEnum, name, value string) bool {
	for _, enum := range enums {
		if enum.Name != name {
			continue
		}
		for _, v := range enum.Values {
			if v == value {
				return true
			}
		}
	}
	return false
}

// guestTypes are the domain types that the capabilities list for hvm guests of an arch.
func guestTypes(caps libvirtxml.Caps, arch string) map[string]bool {
	types := map[string]bool{}
	for _, guest := range caps.Guests {
		if guest.OSType != "hvm" || guest.Arch.Name != arch {
			continue
		}
		for _, domain := range guest.Arch.Domains {
			types[domain.Type] = true
		}
	}
	return types
}

func machineFor(arch string) string {
	if arch == "aarch64" {
		return "virt"
	}
	return "q35"
}

// qemuUser reads the dac model's base label, such as "+64055:+64055".
func (h *Host) qemuUser(caps libvirtxml.Caps) Credential {
	if h.Session {
		return Credential{UID: os.Getuid(), GID: os.Getgid()}
	}
	for _, model := range caps.Host.SecModel {
		if model.Name != "dac" {
			continue
		}
		for _, label := range model.Labels {
			if c, ok := parseDACLabel(label.Value); ok {
				return c
			}
		}
	}
	return Credential{}
}

func parseDACLabel(label string) (Credential, bool) {
	user, group, ok := strings.Cut(label, ":")
	if !ok {
		return Credential{}, false
	}
	uid, err1 := strconv.Atoi(strings.TrimPrefix(user, "+"))
	gid, err2 := strconv.Atoi(strings.TrimPrefix(group, "+"))
	return Credential{UID: uid, GID: gid}, err1 == nil && err2 == nil
}

// isLocal says that a URI names a daemon of this machine: it has no host part.
func isLocal(uri string) bool {
	_, rest, ok := strings.Cut(uri, "://")
	return ok && strings.HasPrefix(rest, "/") && !strings.Contains(strings.SplitN(uri, ":", 2)[0], "+ssh")
}
