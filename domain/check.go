// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"libvirt.org/go/libvirtxml"
)

// check refuses, before anything is rendered, what would come out of the XML
// as something else: encoding/xml replaces characters that XML cannot carry
// without a word.
func check(s *Spec, _ *libvirtxml.Domain) error {
	for _, t := range texts(s) {
		if err := plain(t.value); err != nil {
			return fmt.Errorf("%s: %w", t.device, err)
		}
	}
	return checkDisks(s.Disks)
}

type text struct{ device, value string }

// texts are all strings of the guest that reach the XML escaped, each with the
// name of its device. Metadata is raw and checked by itself.
func texts(s *Spec) []text {
	out := []text{
		{"name", s.Name}, {"uuid", s.UUID}, {"emulator", s.Emulator}, {"machine", s.Machine},
		{"kernel", s.Kernel}, {"initrd", s.Initrd}, {"cmdline", s.Cmdline}, {"console log", s.ConsoleLog},
		{"root disk", s.Root.Path}, {"root disk: base", s.Root.Base}, {"root disk: base format", s.Root.BaseFormat},
	}
	for _, k := range s.Disks {
		device := fmt.Sprintf("disk %q", k.Name)
		out = append(out, text{device + ": source", k.Path}, text{device + ": serial", k.Serial}, text{device + ": controller", k.Controller},
			text{device + ": wwn", k.WWN}, text{device + ": base", k.Base}, text{device + ": base format", k.BaseFormat})
	}
	for i, n := range s.NICs {
		for _, t := range nicTexts(n) {
			out = append(out, text{fmt.Sprintf("nic %d: %s", i+1, t.device), t.value})
		}
	}
	for _, f := range s.Filesystems {
		device := fmt.Sprintf("share %q", f.Tag)
		out = append(out, text{device + ": tag", f.Tag}, text{device + ": source", f.Source}, text{device + ": binary", f.Binary})
	}
	for i, o := range s.OEMStrings {
		out = append(out, text{fmt.Sprintf("oem string %d", i+1), o})
	}
	for _, f := range s.FWCfg {
		device := fmt.Sprintf("fw_cfg file %q", f.Name)
		out = append(out, text{device + ": name", f.Name}, text{device + ": file", f.File})
	}
	out = append(out, computeTexts(s.Compute)...)
	out = append(out, platformTexts(s.Platform)...)
	return append(out, escapeTexts(s.Escape)...)
}

// plain refuses control characters (line ends too: no value here has lines),
// bytes that are no UTF-8 and the two code points that XML excludes.
func plain(value string) error {
	if !utf8.ValidString(value) {
		return fmt.Errorf("%q is not UTF-8", value)
	}
	bad := func(r rune) bool { return unicode.IsControl(r) || r == '\uFFFE' || r == '\uFFFF' }
	if i := strings.IndexFunc(value, bad); i >= 0 {
		r, _ := utf8.DecodeRuneInString(value[i:])
		return fmt.Errorf("control character %U in %q", r, value)
	}
	return nil
}

// absolute holds a path to libvirt's demand: it and QEMU run elsewhere.
func absolute(what, p string) error {
	if !path.IsAbs(p) {
		return fmt.Errorf("%s: path %q is not absolute", what, p)
	}
	return nil
}
