// SPDX-License-Identifier: Apache-2.0

package domain

// Escape is what reaches QEMU and the domain XML past the vocabulary.
type Escape struct {
	// Args are arguments of QEMU, behind all others.
	Args []string
	// Override maps the alias of a device to properties of QEMU's device.
	Override map[string][]Property
	// Trace are patterns of trace events, Log items of QEMU's -d.
	Trace, Log []string
	// Merge is a <domain> element whose content is laid over the rendered one.
	Merge string
}

// Property is one of a QEMU device; Type is libvirt's: string, signed,
// unsigned, bool or remove.
type Property struct{ Name, Type, Value string }
