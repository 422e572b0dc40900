// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"slices"
	"strings"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"
)

// Plugged names one device that comes and goes while its guest runs, by what
// is the same in the definition and in the running domain. One field is set.
type Plugged struct {
	// Disk is a disk's name, MAC a NIC's address, Tag a share's tag.
	Disk, MAC, Tag string
}

// String is the device for a reader.
func (p Plugged) String() string {
	switch {
	case p.Disk != "":
		return fmt.Sprintf("disk `%s`", p.Disk)
	case p.MAC != "":
		return fmt.Sprintf("NIC `%s`", p.MAC)
	default:
		return fmt.Sprintf("share `%s`", p.Tag)
	}
}

// devices are the parts of a domain that Plugged can name.
type devices struct{ *libvirtxml.DomainDeviceList }

func readDevices(domainXML string) (devices, error) {
	var d libvirtxml.Domain
	if err := d.Unmarshal(domainXML); err != nil {
		return devices{}, fmt.Errorf("read domain XML: %w", err)
	}
	if d.Devices == nil {
		d.Devices = &libvirtxml.DomainDeviceList{}
	}
	return devices{d.Devices}, nil
}

func (d devices) disk(name string) *libvirtxml.DomainDisk {
	return find(d.Disks, func(k libvirtxml.DomainDisk) bool {
		return k.Alias != nil && k.Alias.Name == diskAlias(Disk{Name: name})
	})
}

func (d devices) nic(mac string) *libvirtxml.DomainInterface {
	return find(d.Interfaces, func(n libvirtxml.DomainInterface) bool { return n.MAC != nil && strings.EqualFold(n.MAC.Address, mac) })
}

func (d devices) share(tag string) *libvirtxml.DomainFilesystem {
	return find(d.Filesystems, func(f libvirtxml.DomainFilesystem) bool { return f.Target != nil && f.Target.Dir == tag })
}

func find[T any](list []T, is func(T) bool) *T {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return &list[i]
	}
	return nil
}

// alias is the running device's alias; empty where there is no such device.
func (d devices) alias(p Plugged) string {
	var alias *libvirtxml.DomainAlias
	switch {
	case p.Disk != "":
		if k := d.disk(p.Disk); k != nil {
			alias = k.Alias
		}
	case p.MAC != "":
		if n := d.nic(p.MAC); n != nil {
			alias = n.Alias
		}
	default:
		if f := d.share(p.Tag); f != nil {
			alias = f.Alias
		}
	}
	if alias == nil {
		return ""
	}
	return alias.Name
}

// DeviceXML is a disk or a share of a definition by itself, without the place
// that it has in the definition: a running guest has its own free places.
func DeviceXML(definition string, p Plugged) (string, error) {
	d, err := readDevices(definition)
	if err != nil {
		return "", err
	}
	if k := d.disk(p.Disk); k != nil && p.Disk != "" {
		k.Address = nil
		return k.Marshal()
	}
	if f := d.share(p.Tag); f != nil && p.Tag != "" {
		f.Address = nil
		text, err := f.Marshal()
		return saySize(text), err
	}
	return "", fmt.Errorf("%s is not in the definition", p)
}

// Attach gives a running domain a device; one that it has already is left. A
// disk gets the first target name that is free in the running domain.
func Attach(dom *libvirt.Domain, p Plugged, deviceXML string) error {
	live, err := liveDevices(dom)
	if err != nil || live.alias(p) != "" {
		return err
	}
	if p.Disk != "" {
		if deviceXML, err = live.retarget(deviceXML); err != nil {
			return err
		}
	}
	err = dom.AttachDeviceFlags(deviceXML, libvirt.DOMAIN_DEVICE_MODIFY_LIVE)
	if err != nil && strings.Contains(err.Error(), "No more available PCI slots") {
		return fmt.Errorf("attach %s: the running guest has no PCI Express root port free "+
			"(`vmprov up --restart` boots it with one for each device; `rootPorts` says how many more stay free)", p)
	}
	return wrap("attach "+p.String()+" to", dom, err)
}

// retarget gives a disk the first free target of its bus, such as vdc.
func (d devices) retarget(diskXML string) (string, error) {
	var k libvirtxml.DomainDisk
	if err := k.Unmarshal(diskXML); err != nil || k.Target == nil {
		return "", fmt.Errorf("read disk XML: no target (%v)", err)
	}
	prefix := k.Target.Dev[:min(2, len(k.Target.Dev))]
	for n := 0; ; n++ {
		dev := nthTarget(prefix, n)
		taken := func(other libvirtxml.DomainDisk) bool { return other.Target != nil && other.Target.Dev == dev }
		if !slices.ContainsFunc(d.Disks, taken) {
			k.Target.Dev = dev
			return k.Marshal()
		}
	}
}

// Detach asks the guest to let go of a device; gone says that the running
// domain does not have it, which it may still have when Detach returns.
func Detach(dom *libvirt.Domain, p Plugged) (gone bool, err error) {
	live, err := liveDevices(dom)
	if err != nil {
		return false, err
	}
	alias := live.alias(p)
	if alias == "" {
		return true, nil
	}
	err = dom.DetachDeviceAlias(alias, libvirt.DOMAIN_DEVICE_MODIFY_LIVE)
	if err != nil && strings.Contains(err.Error(), "in the process of unplug") {
		return false, nil // asked before, and not answered yet
	}
	return false, wrap("detach "+p.String()+" from", dom, err)
}

// MountedOn are the mount points that the agent of a running guest names for a
// disk; none where no agent is connected, since nobody else can tell. The
// agent's answer may take as long as it likes: the caller bounds it.
func MountedOn(dom *libvirt.Domain, disk string) ([]string, error) {
	live, err := liveDevices(dom)
	if err != nil {
		return nil, err
	}
	k := live.disk(disk)
	if k == nil || k.Target == nil || !live.hasAgent() {
		return nil, nil
	}
	found, err := dom.GetFSInfo(0)
	if err != nil {
		return nil, wrap("ask the agent for mounts of", dom, err)
	}
	return mountedOn(found, k.Target.Dev), nil
}

// mountedOn are the mount points on the disk with that target.
func mountedOn(found []libvirt.DomainFSInfo, target string) []string {
	var points []string
	for _, f := range found {
		if slices.Contains(f.DevAlias, target) {
			points = append(points, f.MountPoint)
		}
	}
	return points
}

// hasAgent says that the guest's agent has opened its port.
func (d devices) hasAgent() bool {
	return slices.ContainsFunc(d.Channels, func(c libvirtxml.DomainChannel) bool {
		return c.Target != nil && c.Target.VirtIO != nil && c.Target.VirtIO.Name == agentChannel && c.Target.VirtIO.State == "connected"
	})
}

// HasCGroup says that libvirt keeps a running domain in a control group. Where
// it does not, in a container or of an ordinary user, attaching a share makes
// libvirtd 9.0 crash, which puts virtiofsd into the group without a look
// (qemuVirtioFSSetupCgroup). Scheduler parameters are those of the group.
func HasCGroup(dom *libvirt.Domain) bool {
	_, err := dom.GetSchedulerParameters()
	return err == nil
}

// UpdateNIC changes what of a running NIC can change, such as its link.
func UpdateNIC(dom *libvirt.Domain, nicXML string) error {
	return wrap("update a NIC of", dom, dom.UpdateDeviceFlags(nicXML, libvirt.DOMAIN_DEVICE_MODIFY_LIVE))
}

// Grow makes the volume of a running guest's disk this many bytes large and
// tells the guest. A disk that is larger is left: what is behind the end of a
// smaller one would be lost.
func Grow(dom *libvirt.Domain, disk string, bytes uint64) error {
	target, err := liveTarget(dom, disk)
	if err != nil {
		return err
	}
	info, err := dom.GetBlockInfo(target, 0)
	if err != nil || info.Capacity >= bytes {
		return wrap(fmt.Sprintf("read the size of disk `%s` of", disk), dom, err)
	}
	return wrap(fmt.Sprintf("grow disk `%s` of", disk), dom, dom.BlockResize(target, bytes, libvirt.DOMAIN_BLOCK_RESIZE_BYTES))
}

// Limit sets the limits of a running disk's I/O to those that its definition
// has (<iotune>), and takes away all others.
func Limit(dom *libvirt.Domain, disk, definition string) error {
	d, err := readDevices(definition)
	if err != nil {
		return err
	}
	limits := &libvirtxml.DomainDiskIOTune{}
	if k := d.disk(disk); k != nil && k.IOTune != nil {
		limits = k.IOTune
	}
	target, err := liveTarget(dom, disk)
	if err != nil {
		return err
	}
	return wrap(fmt.Sprintf("limit the I/O of disk `%s` of", disk), dom,
		dom.SetBlockIoTune(target, throttleParameters(limits), libvirt.DOMAIN_AFFECT_LIVE))
}

func throttleParameters(l *libvirtxml.DomainDiskIOTune) *libvirt.DomainBlockIoTuneParameters {
	return &libvirt.DomainBlockIoTuneParameters{
		TotalBytesSecSet: true, TotalBytesSec: l.TotalBytesSec,
		ReadBytesSecSet: true, ReadBytesSec: l.ReadBytesSec,
		WriteBytesSecSet: true, WriteBytesSec: l.WriteBytesSec,
		TotalIopsSecSet: true, TotalIopsSec: l.TotalIopsSec,
		ReadIopsSecSet: true, ReadIopsSec: l.ReadIopsSec,
		WriteIopsSecSet: true, WriteIopsSec: l.WriteIopsSec,
		TotalBytesSecMaxSet: true, TotalBytesSecMax: l.TotalBytesSecMax,
		ReadBytesSecMaxSet: true, ReadBytesSecMax: l.ReadBytesSecMax,
		WriteBytesSecMaxSet: true, WriteBytesSecMax: l.WriteBytesSecMax,
		TotalIopsSecMaxSet: true, TotalIopsSecMax: l.TotalIopsSecMax,
		ReadIopsSecMaxSet: true, ReadIopsSecMax: l.ReadIopsSecMax,
		WriteIopsSecMaxSet: true, WriteIopsSecMax: l.WriteIopsSecMax,
		SizeIopsSecSet: true, SizeIopsSec: l.SizeIopsSec,
	}
}

// SetCPUs plugs virtual CPUs into a running guest, up to its maximum.
func SetCPUs(dom *libvirt.Domain, n int) error {
	return wrap(fmt.Sprintf("set %d CPUs of", n), dom, dom.SetVcpusFlags(uint(n), libvirt.DOMAIN_VCPU_LIVE))
}

// SetCurrentMemory asks the balloon of a running guest to leave it so many
// bytes; the guest follows when it can.
func SetCurrentMemory(dom *libvirt.Domain, bytes uint64) error {
	return wrap("set the current memory of", dom, dom.SetMemoryFlags(bytes/kib, libvirt.DOMAIN_MEM_LIVE))
}

func liveDevices(dom *libvirt.Domain) (devices, error) {
	text, err := dom.GetXMLDesc(0)
	if err != nil {
		return devices{}, wrap("read", dom, err)
	}
	return readDevices(text)
}

// liveTarget is the target name that a disk has in the running domain.
func liveTarget(dom *libvirt.Domain, disk string) (string, error) {
	live, err := liveDevices(dom)
	if err != nil {
		return "", err
	}
	k := live.disk(disk)
	if k == nil || k.Target == nil {
		return "", fmt.Errorf("disk `%s` is not in the running domain", disk)
	}
	return k.Target.Dev, nil
}
