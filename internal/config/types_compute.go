// SPDX-License-Identifier: Apache-2.0

package config

// CPU is the guest's processor (libvirt's <cpu>).
type CPU struct {
	Mode     string            `yaml:"mode,omitempty" json:"mode,omitempty" jsonschema:"enum=host-passthrough,enum=host-model,enum=maximum,enum=custom" effect:"next boot" element:"<cpu mode>" doc:"default: host-passthrough, maximum with tcg"`
	Model    string            `yaml:"model,omitempty" json:"model,omitempty" shorthand:"true" effect:"next boot" element:"<model>" doc:"named model, such as EPYC-Milan; mode custom"`
	Features map[string]string `yaml:"features,omitempty" json:"features,omitempty" effect:"next boot" element:"<feature>" doc:"feature to policy: force, require, optional, disable or forbid"`
	Sockets  int               `yaml:"sockets,omitempty" json:"sockets,omitempty" jsonschema:"minimum=1" effect:"next boot" element:"<topology sockets>" doc:"sockets; sockets x dies x cores x threads is maxCPUs"`
	Dies     int               `yaml:"dies,omitempty" json:"dies,omitempty" jsonschema:"minimum=1" effect:"next boot" element:"<topology dies>" doc:"dies a socket"`
	Cores    int               `yaml:"cores,omitempty" json:"cores,omitempty" jsonschema:"minimum=1" effect:"next boot" element:"<topology cores>" doc:"cores a die"`
	Threads  int               `yaml:"threads,omitempty" json:"threads,omitempty" jsonschema:"minimum=1" effect:"next boot" element:"<topology threads>" doc:"threads a core"`
	Nested   *bool             `yaml:"nested,omitempty" json:"nested,omitempty" effect:"next boot" element:"<feature>" doc:"nested virtualisation: requires or disables vmx or svm; default: what the mode gives"`
}

// MaxMemory is what memory can be plugged up to (libvirt's <maxMemory>).
type MaxMemory struct {
	Size  Size `yaml:"size" json:"size" jsonschema:"required" effect:"next boot" element:"<maxMemory>" doc:"memory and DIMMs together"`
	Slots int  `yaml:"slots" json:"slots" jsonschema:"required,minimum=1,maximum=255" effect:"next boot" element:"<maxMemory slots>" doc:"number of DIMM slots"`
}

// DIMM is a memory module that is plugged in at the start.
type DIMM struct {
	Size Size `yaml:"size" json:"size" jsonschema:"required" element:"<size>" doc:"size of the module"`
	Node int  `yaml:"node,omitempty" json:"node,omitempty" jsonschema:"minimum=0" element:"<node>" doc:"NUMA node; default: 0"`
}

// MemoryBacking is how the host backs the guest's memory (libvirt's <memoryBacking>).
type MemoryBacking struct {
	Source       string `yaml:"source,omitempty" json:"source,omitempty" jsonschema:"enum=anonymous,enum=memfd,enum=file" effect:"next boot" element:"<source type>" doc:"default: memfd where a share needs it, else anonymous"`
	Shared       *bool  `yaml:"shared,omitempty" json:"shared,omitempty" effect:"next boot" element:"<access mode>" doc:"other processes may map it, as virtiofsd does; default: true where a share needs it"`
	Hugepages    Size   `yaml:"hugepages,omitempty" json:"hugepages,omitempty" effect:"next boot" element:"<page size>" doc:"page size, such as 2MiB or 1GiB; the host must have such pages reserved"`
	Locked       bool   `yaml:"locked,omitempty" json:"locked,omitempty" effect:"next boot" element:"<locked>" doc:"never swapped out"`
	NoSharePages bool   `yaml:"nosharepages,omitempty" json:"nosharepages,omitempty" effect:"next boot" element:"<nosharepages>" doc:"not merged with the pages of others (KSM)"`
	Allocation   string `yaml:"allocation,omitempty" json:"allocation,omitempty" jsonschema:"enum=immediate,enum=ondemand" effect:"next boot" element:"<allocation mode>" doc:"when the host's memory is taken; default: ondemand"`
}

// NUMANode is a NUMA node of the guest (libvirt's <numa><cell>).
type NUMANode struct {
	CPUs      string         `yaml:"cpus,omitempty" json:"cpus,omitempty" element:"<cell cpus>" doc:"CPUs of the node, such as 0-3 or 0,2; default: none, a node of memory only"`
	Memory    Size           `yaml:"memory" json:"memory" jsonschema:"required" element:"<cell memory>" doc:"memory of the node; all nodes together have the guest's memory"`
	Distances map[string]int `yaml:"distances,omitempty" json:"distances,omitempty" element:"<distances>" doc:"node to distance, 10 (itself) to 255"`
	HostNodes string         `yaml:"hostNodes,omitempty" json:"hostNodes,omitempty" element:"<memnode nodeset>" doc:"nodes of the host that the memory comes from, such as 0"`
}

// NUMATune is where the host takes the guest's memory from (libvirt's <numatune>).
type NUMATune struct {
	Mode    string `yaml:"mode,omitempty" json:"mode,omitempty" jsonschema:"enum=strict,enum=preferred,enum=interleave,enum=restrictive" effect:"next boot" element:"<memory mode>" doc:"default: strict"`
	Nodeset string `yaml:"nodeset" json:"nodeset" jsonschema:"required" effect:"next boot" element:"<memory nodeset>" doc:"nodes of the host, such as 0 or 0-1"`
}

// CPUTune pins threads of QEMU to CPUs of the host (libvirt's <cputune>).
type CPUTune struct {
	VCPUPin     map[string]string `yaml:"vcpupin,omitempty" json:"vcpupin,omitempty" effect:"live" element:"<vcpupin>" doc:"CPU of the guest, from 0, to CPUs of the host, such as 2 or 4-5"`
	EmulatorPin string            `yaml:"emulatorpin,omitempty" json:"emulatorpin,omitempty" effect:"live" element:"<emulatorpin>" doc:"CPUs of the host for QEMU itself"`
	IOThreadPin map[string]string `yaml:"iothreadpin,omitempty" json:"iothreadpin,omitempty" effect:"live" element:"<iothreadpin>" doc:"iothread, from 1, to CPUs of the host"`
}
