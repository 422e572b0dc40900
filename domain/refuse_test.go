// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestXMLRefuses compares whole messages: each must name the device and the rule.
func TestXMLRefuses(t *testing.T) {
	disk := func(change func(*Disk)) option {
		k := Disk{Name: "log"}
		change(&k)
		return withDisk(k)
	}
	nvme := func(change func(*Disk)) option { return withNVMe("scratch", change) }
	for _, tc := range []struct {
		name   string
		option option
		want   string
	}{
		{"type", with(func(s *Spec) { s.Type = "xen" }), `type "xen" is neither kvm nor qemu`},
		{"name with slash", with(func(s *Spec) { s.Name = "a/b" }), `name contains a '/', which libvirt refuses`},
		{"machine that is not known", with(func(s *Spec) { s.Machine = "microvm" }),
			`machine "microvm" of x86_64 is not supported: q35 or pc, with a version or without`},
		{"architecture", with(func(s *Spec) { s.Arch = "s390x" }), `architecture "s390x" is not supported: x86_64 or aarch64`},
		{"no CPU", with(func(s *Spec) { s.CPUs = 0 }), `cpus 0: a guest needs one at least`},
		{"odd memory", with(func(s *Spec) { s.Memory = 1025 }), `memory 1025 bytes is not a positive multiple of 1 KiB`},
		{"cmdline alone", with(func(s *Spec) { s.Cmdline = "quiet" }), `kernel: initrd and cmdline need a kernel`},
		{"relative kernel", with(func(s *Spec) { s.Kernel = "bzImage" }), `kernel: path "bzImage" is not absolute`},
		{"relative root", with(func(s *Spec) { s.Root.Path = "root.qcow2" }), `root disk: path "root.qcow2" is not absolute`},
		{"base without format", with(func(s *Spec) { s.Root.BaseFormat = "" }), `root disk: base has no format`},
		{"line end in cmdline", with(func(s *Spec) { s.Kernel, s.Cmdline = "/k", "a\nb" }), `cmdline: control character U+000A in "a\nb"`},
		{"control character in a path", disk(func(k *Disk) { k.Path = "/a\x07" }), `disk "log": source: control character U+0007 in "/a\a"`},
		{"no UTF-8", withShare("a", "/\xff"), `share "a": source: "/\xff" is not UTF-8`},
		{"not a character of XML", with(func(s *Spec) { s.OEMStrings = []string{"a", "\uFFFE"} }), `oem string 2: control character U+FFFE in "\ufffe"`},
		{"disk name", disk(func(k *Disk) { k.Name = "a_b" }), `disk "a_b": name: only letters, digits and '-' make an alias of libvirt`},
		{"disk name twice", func(s *Spec) { withDisk(Disk{Name: "a"})(s); withDisk(Disk{Name: "a"})(s) }, `disk "a": the name is taken by another disk`},
		{"format", disk(func(k *Disk) { k.Format = "vmdk" }), `disk "log": format "vmdk" is neither qcow2 nor raw`},
		{"bus", disk(func(k *Disk) { k.Bus = "usb" }), `disk "log": bus "usb" is none of virtio, nvme, scsi, sata, ide`},
		{"ide on q35", disk(func(k *Disk) { k.Bus = busIDE }), `ide: only the machine pc has it, bus sata is everywhere`},
		{"five ide disks", func(s *Spec) {
			s.Machine = "pc"
			for _, name := range []string{"a", "b", "c", "d", "e"} {
				withDisk(Disk{Name: name, Bus: busIDE})(s)
			}
		}, `ide: 5 disks, at most 4 fit`},
		{"wwn of virtio", disk(func(k *Disk) { k.WWN = "5000c50015ea71aa" }), `disk "log": wwn, rotation rate: bus virtio has neither; scsi, sata and ide have`},
		{"queues of scsi", disk(func(k *Disk) { k.Bus, k.Queues = busSCSI, 2 }), `disk "log": number of queues: scsi disks cannot have one, bus virtio can`},
		{"packed sata", disk(func(k *Disk) { k.Bus, k.Packed = busSATA, new(false) }), `disk "log": packed queue: sata disks cannot have one, bus virtio can`},
		{"shared qcow2", disk(func(k *Disk) { k.Shareable = true }), `disk "log": shareable: format qcow2 holds what one guest knows alone, raw does not`},
		{"raw overlay", disk(func(k *Disk) { k.Format, k.Base, k.BaseFormat = "raw", "/i", "raw" }), `disk "log": base: only a qcow2 file can be an overlay`},
		{"disk base without format", disk(func(k *Disk) { k.Base = "/i" }), `disk "log": base has no format`},
		{"detect zeroes", disk(func(k *Disk) { k.DetectZeroes = "maybe" }), `disk "log": detect zeroes "maybe" is not one of [off on unmap]`},
		{"error policy", disk(func(k *Disk) { k.ErrorPolicy = "retry" }), `disk "log": error policy "retry" is not one of [stop report ignore enospace]`},
		{"unsafe without write cache", disk(func(k *Disk) { k.Cache, k.WriteCache = "unsafe", new(false) }),
			`disk "log": write cache: cache unsafe is one (choose another cache mode to have none)`},
		{"iothread beyond the pool", func(s *Spec) { s.IOThreads = 1; withDisk(Disk{Name: "log", IOThread: 2})(s) }, `disk "log": iothread 2: the guest has 1`},
		{"controller of virtio", disk(func(k *Disk) { k.Controller = "a" }), `disk "log": controller: only nvme disks have one`},
		{"cache", disk(func(k *Disk) { k.Cache = "some" }), `disk "log": cache "some" is not one of [default none writethrough writeback directsync unsafe]`},
		{"native with page cache", nvme(func(k *Disk) { k.IO = "native" }), `disk "scratch": io native needs cache none or directsync, got ""`},
		{"block size", disk(func(k *Disk) { k.LogicalBlockSize = 1000 }), `disk "log": block size 1000 is not a power of two from 512 to 2097152`},
		{"physical below logical", disk(func(k *Disk) { k.LogicalBlockSize, k.PhysicalBlockSize = 4096, 512 }), `disk "log": physical block size 512 is smaller than the logical one, 4096`},
		{"iothread of nvme", nvme(func(k *Disk) { k.IOThread = OwnIOThread }), `disk "scratch": iothread: nvme disks cannot have one, bus virtio can`},
		{"no nvme serial", nvme(func(k *Disk) { k.Serial = "" }), `disk "scratch": serial "": one or more of A-Z a-z 0-9 _ . + space -`},
		{"long serial", nvme(func(k *Disk) { k.Serial = strings.Repeat("s", 21) }), `disk "scratch": serial "sssssssssssssssssssss": 21 characters, at most 20 fit`},
		{"long controller", nvme(onController(strings.Repeat("c", 21))), `nvme controller "ccccccccccccccccccccc": serial "ccccccccccccccccccccc": 21 characters, at most 20 fit`},
		{"serial twice", func(s *Spec) { withNVMe("a")(s); withNVMe("b", onController("a"))(s) }, `nvme controller "a": the serial is taken by another controller`},
		{"mac", withNIC(NIC{MAC: "01:00:5e:00:00:01", Network: "lab"}), `nic 2: mac "01:00:5e:00:00:01" is no unicast Ethernet address`},
		{"mac twice", withNIC(NIC{MAC: "52:54:00:12:34:56", Network: "lab"}), `nic 2: address 52:54:00:12:34:56 is taken by another NIC`},
		{"network and bridge", withNIC(NIC{MAC: "52:54:00:00:00:02", Network: "lab", Bridge: "br0"}), `nic 2: one of network, bridge, direct and user must be set`},
		{"nine NICs", with(func(s *Spec) { s.NICs = make([]NIC, 9) }), `nic 9: at most 8 fit`},
		{"long tag", withShare(strings.Repeat("t", 37), "/a"), `share "ttttttttttttttttttttttttttttttttttttt": tag of 37 bytes, 1 to 36 fit`},
		{"tag twice", func(s *Spec) { withShare("a", "/a")(s); withShare("a", "/b")(s) }, `share "a": the tag is taken by another share`},
		{"empty OEM string", with(func(s *Spec) { s.OEMStrings = []string{""} }), `oem string 1 is empty`},
		{"many OEM strings", with(func(s *Spec) { s.OEMStrings = strings.Split(strings.Repeat("a ", 255)+"a", " ") }), `oem strings: 256 of them, at most 255 fit`},
		{"large OEM strings", with(func(s *Spec) { s.OEMStrings = []string{strings.Repeat("x", 60<<10)} }), `oem strings: 61441 bytes, at most 61440 fit`},
		{"fw_cfg name", with(func(s *Spec) { s.FWCfg = []FWCfgFile{{Name: "etc/x", File: "/x"}} }), `fw_cfg file "etc/x": libvirt takes only names that start with opt/`},
		{"metadata that breaks out", with(func(s *Spec) { s.Metadata = "</metadata><devices/><metadata>" }), `metadata: XML syntax error on line 1: unexpected end element </metadata>`},
		{"metadata that is cut off", with(func(s *Spec) { s.Metadata = "<a>" }), `metadata: XML syntax error on line 1: unexpected EOF`},
		{"metadata with a directive", with(func(s *Spec) { s.Metadata = "<!DOCTYPE a>" }), `metadata: a directive or processing instruction is not allowed`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSpec(tc.option)
			out, err := XML(s)
			assert.Error(t, err, fmt.Sprintf("render domain %q: %s", s.Name, tc.want))
			assert.Equal(t, out, "")
		})
	}
}

// FuzzXML: whatever the strings are, XML is refused with an error or says,
// read back, just what went in.
func FuzzXML(f *testing.F) {
	f.Add("lab", "/a", "serial", "tag", "quiet", "<m:a xmlns:m='urn:m'/>", uint16(4096), true)
	f.Add("a'\"<>&", "/]]>", "", "\t", "a\x00b", "</metadata>", uint16(7), false)
	f.Add("\u2028", "/\uFFFD", "+ .", "--><!--", "&#10;", "<![CDATA[", uint16(0), true)
	f.Fuzz(func(t *testing.T, name, path, serial, tag, text, raw string, size uint16, native bool) {
		s := newSpec(
			with(func(s *Spec) {
				s.Name, s.Metadata, s.NativeNVMe = name, raw, native
				s.Kernel, s.Cmdline, s.OEMStrings = path, text, []string{text}
			}),
			withDisk(Disk{Name: "log", Path: path, Serial: serial, LogicalBlockSize: int(size)}),
			withNVMe("scratch", func(k *Disk) { k.Serial = serial }),
			withShare(tag, path),
		)
		doc, err := XML(s)
		if err != nil {
			return
		}
		d, err := parseDomain(doc)
		assert.NilError(t, err)
		devices := d.child("devices")
		for got, want := range map[string]string{
			d.child("name").Text:                                       name,
			d.child("os").child("cmdline").Text:                        text,
			devices.Children[1].child("source").attr("file"):           path,
			devices.Children[1].child("serial").Text:                   serial,
			devices.child("filesystem").child("target").attr("dir"):    tag,
			devices.child("filesystem").child("source").attr("dir"):    path,
			d.child("sysinfo").child("oemStrings").child("entry").Text: text,
		} {
			assert.Equal(t, got, want)
		}
	})
}
