// SPDX-License-Identifier: Apache-2.0

package config

// QEMU is what reaches QEMU past libvirt's vocabulary. libvirt marks such a
// guest as tainted and promises nothing for it.
type QEMU struct {
	Args     []string                       `yaml:"args,omitempty" json:"args,omitempty" effect:"next boot" element:"<qemu:commandline>" doc:"further arguments of QEMU (<qemu:commandline>)"`
	Override map[string]map[string]Property `yaml:"override,omitempty" json:"override,omitempty" effect:"next boot" element:"<qemu:override>" doc:"alias of a device (ua-DISK for a disk) to properties of QEMU's device: text, number, true or false, or null to take it away (<qemu:override>)"`
	Trace    []string                       `yaml:"trace,omitempty" json:"trace,omitempty" effect:"next boot" element:"-trace" doc:"trace events, patterns such as pci_nvme_* (QEMU's -trace), in the log of libvirt's QEMU"`
	Log      []string                       `yaml:"log,omitempty" json:"log,omitempty" effect:"next boot" element:"-d" doc:"log items such as guest_errors (QEMU's -d), in the log of libvirt's QEMU"`
}

// Property is a value of a QEMU device's property: Type is string, signed,
// unsigned, bool or remove, as in libvirt's <qemu:property>.
type Property struct {
	Type  string `yaml:"-" json:"type"`
	Value string `yaml:"-" json:"value,omitempty"`
}

// Markup is XML of several lines.
type Markup string

// XML is what reaches the domain XML past vmprov's vocabulary.
type XML struct {
	Merge Markup `yaml:"merge,omitempty" json:"merge,omitempty" effect:"next boot" element:"<domain>" doc:"a <domain> element whose content is laid over what vmprov renders: single elements are merged, list items added"`
}
