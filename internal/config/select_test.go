// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestSelect(t *testing.T) {
	file := mustParse(t, head+"guests: {zoo: {}, xfs: {count: 3}, kdev: {}}\n")
	cases := []struct{ name, names, want, err string }{
		{name: "all", want: "zoo xfs-1 xfs-2 xfs-3 kdev"},
		{name: "guests in the order of the file", names: "kdev xfs-2 zoo", want: "zoo xfs-2 kdev"},
		{name: "family", names: "xfs", want: "xfs-1 xfs-2 xfs-3"},
		{name: "each once", names: "xfs-2 xfs xfs-2 xfs", want: "xfs-1 xfs-2 xfs-3"},
		{name: "mistyped", names: "zoo kdve", err: "find guest `kdve`: not in the configuration; did you mean `kdev`?"},
		{name: "number too high", names: "xfs-4", err: "find guest `xfs-4`: not in the configuration; did you mean `xfs-1`?"},
		{name: "unknown", names: "database", err: "find guest `database`: not in the configuration; the file has zoo, xfs, xfs-1, xfs-2, xfs-3, kdev"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			guests, err := file.Select(strings.Fields(tc.names))
			if tc.err != "" {
				assert.Error(t, err, tc.err)
				return
			}
			assert.NilError(t, err)
			var names []string
			for _, g := range guests {
				names = append(names, g.Name)
			}
			assert.Equal(t, strings.Join(names, " "), tc.want)
		})
	}
}

func TestNamespaceOf(t *testing.T) {
	g := mustParse(t, head+`guests:
  a:
    disks:
      - {name: own, bus: nvme, size: 1GiB, serial: s1}
      - {name: one, bus: nvme, size: 1GiB, controller: data}
      - {name: vd, size: 1GiB}
      - {name: alone, bus: nvme, size: 1GiB, controller: other}
      - {name: two, bus: nvme, size: 1GiB, controller: data}
`).Guests[0]
	cases := []struct {
		disk, serial string
		nsid         int
		shared       bool
	}{
		{"own", "s1", 1, false},
		{"one", "data", 1, true},
		{"two", "data", 2, true},
		{"alone", "other", 1, true},
		{"vd", "vd", 0, false},
	}
	for _, tc := range cases {
		t.Run(tc.disk, func(t *testing.T) {
			disk, ok := g.Disk(tc.disk)
			assert.Assert(t, ok)
			serial, nsid, shared := disk.NamespaceOf(g)
			assert.Equal(t, serial, tc.serial)
			assert.Equal(t, nsid, tc.nsid)
			assert.Equal(t, shared, tc.shared)
		})
	}
	_, ok := g.Disk("none")
	assert.Assert(t, !ok)
}

func TestNamespaceOfSubsystems(t *testing.T) {
	g := mustParse(t, head+`guests:
  a:
    nvme:
      controllers:
        named: {serial: S0}
        left: {subsystem: pair}
        right: {subsystem: pair}
        up: {subsystem: said, serial: S1}
        down: {subsystem: said}
      subsystems: {pair: , said: }
    disks:
      - {name: n, bus: nvme, size: 1GiB, controller: named, nsid: 7}
      - {name: m, bus: nvme, size: 1GiB, controller: named}
      - {name: shared, bus: nvme, size: 1GiB, subsystem: pair}
      - {name: private, bus: nvme, size: 1GiB, controller: right}
      - {name: s, bus: nvme, size: 1GiB, subsystem: said}
`).Guests[0]
	cases := []struct {
		disk, serial string
		nsid         int
	}{
		{"n", "S0", 7},
		{"m", "S0", 2},
		// One serial and one count for all of a subsystem.
		{"shared", "pair", 1},
		{"private", "pair", 2},
		{"s", "S1", 1},
	}
	for _, tc := range cases {
		t.Run(tc.disk, func(t *testing.T) {
			disk, ok := g.Disk(tc.disk)
			assert.Assert(t, ok)
			serial, nsid, shared := disk.NamespaceOf(g)
			assert.Equal(t, serial, tc.serial)
			assert.Equal(t, nsid, tc.nsid)
			assert.Assert(t, shared)
		})
	}
	assert.Equal(t, g.ControllerSerial("named"), "S0")
	assert.Equal(t, g.ControllerSerial("down"), "S1")
	assert.Equal(t, g.ControllerSerial("left"), "pair")
	assert.Equal(t, g.ControllerSerial("implicit"), "implicit")
	assert.Equal(t, g.SubsystemSerial("said"), "S1")
}

// TestNamespaceOfAnotherGuest: a disk that is not among those of the guest is
// one more of it.
func TestNamespaceOfAnotherGuest(t *testing.T) {
	g := Guest{Disks: []Disk{{Name: "a", Bus: BusNVMe, Controller: "c"}}}
	_, nsid, _ := Disk{Name: "b", Bus: BusNVMe, Controller: "c"}.NamespaceOf(g)
	assert.Equal(t, nsid, 2)
	assert.Equal(t, len(g.Disks), 1)
}
