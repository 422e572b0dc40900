// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"os/exec"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"
)

// TestLabARM holds a guest of aarch64 to libvirt's and QEMU's own words, and
// starts it with its firmware.
func TestLabARM(t *testing.T) {
	_, err := exec.LookPath("qemu-system-aarch64")
	skip.If(t, err != nil, "NOT RUN: qemu-system-aarch64 is missing (make setup)")
	l := newLab(t)
	rich := with(func(s *Spec) {
		a := arm()
		s.Arch, s.Machine, s.Platform = a.Arch, a.Machine, a.Platform
		s.NICs = append(s.NICs, NIC{MAC: "52:54:00:12:34:57", Network: l.network})
	})
	doc, err := XML(l.guest(t, rich))
	assert.NilError(t, err)
	argv, err := l.conn.DomainXMLToNative("qemu-argv", doc, 0)
	assert.NilError(t, err)
	for _, want := range []string{
		"iommu=smmuv3", "-accel tcg", `"driver":"tpm-tis-device"`, `"driver":"i6300esb"`, `"driver":"virtio-gpu-pci"`,
		`"driver":"qemu-xhci"`, "AAVMF", `"driver":"virtconsole"`,
	} {
		assert.Check(t, strings.Contains(argv, want), want)
	}
	dom := l.define(t, l.guest(t, rich))
	before := inactiveXML(t, dom)
	assert.Equal(t, freePorts(inactive(t, dom)), 2)
	assert.NilError(t, Start(dom))
	assert.DeepEqual(t, Difference(before, inactiveXML(t, dom)), []string(nil))
}
