// SPDX-License-Identifier: Apache-2.0

package config

// DefaultFile is the configuration that is read when none is named.
const DefaultFile = "vmprov.yaml"

// Load reads, decodes, completes and validates the configuration at path; a
// folder means the vmprov.yaml in it. Every fault that the file has comes
// back at once as Faults. An unreadable file is an error that wraps the cause.
func Load(path string) (*File, error) { panic("unwritten") }

// Faults are all the faults of one file, in the order of their position.
type Faults []Fault

// Fault is one thing wrong with a configuration.
type Fault struct {
	File      string
	Line, Col int
	// Path is the YAML path, such as guests.xfs.disks[0].size.
	Path string
	// Message is the rule and the value got: "must be a DNS label, got `A_b`".
	Message string
}

// Error is one line a fault: file:line:col: path: rule, got value.
func (f Faults) Error() string { panic("unwritten") }
