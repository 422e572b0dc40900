// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestCountedDisks(t *testing.T) {
	cases := []struct {
		name, disks string
		of          func(Disk) string
		want        string
	}{
		{"names and serials", "{name: d, size: 1GiB, count: 3}",
			func(d Disk) string { return d.Name + "=" + d.Serial }, "d-1=d-1 d-2=d-2 d-3=d-3"},
		{"one", "{name: d, size: 1GiB, count: 1}", func(d Disk) string { return d.Name }, "d-1"},
		{"index from 0", "{name: d, bus: nvme, size: 1GiB, count: 2, serial: 'kdevops{index}'}",
			func(d Disk) string { return d.Serial }, "kdevops0 kdevops1"},
		{"number from 1", "{name: d, size: 1GiB, count: 2, serial: 'x{number}-{index}'}",
			func(d Disk) string { return d.Serial }, "x1-0 x2-1"},
		{"path", "{name: d, count: 2, path: './disk{number}.raw'}",
			func(d Disk) string { return d.Path }, "/srv/lab/disk1.raw /srv/lab/disk2.raw"},
		{"wwn", "{name: d, bus: scsi, size: 1GiB, count: 2, wwn: '500000000000000{index}'}",
			func(d Disk) string { return d.WWN }, "5000000000000000 5000000000000001"},
		{"mount point", "{name: d, size: 1GiB, count: 2, filesystem: {type: xfs}, target: '/mnt/d{index}'}",
			func(d Disk) string { return d.Target }, "/mnt/d0 /mnt/d1"},
		{"controllers", "{name: d, bus: nvme, size: 1GiB, count: 2, controller: 'c{index}'}",
			func(d Disk) string { return d.Controller + d.Serial }, "c0 c1"},
		{"between others", "{name: a, size: 1GiB}, {name: d, size: 1GiB, count: 2}, {name: z, size: 1GiB}",
			func(d Disk) string { return d.Name }, "a d-1 d-2 z"},
		{"braces of a path that is not counted", "{name: d, path: '/srv/{a}.raw'}",
			func(d Disk) string { return d.Path }, "/srv/{a}.raw"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, d := range mustParse(t, head+"guests: {a: {disks: ["+tc.disks+"]}}\n").Guests[0].Disks {
				assert.Assert(t, d.Count == nil)
				got = append(got, tc.of(d))
			}
			assert.Equal(t, strings.Join(got, " "), tc.want)
		})
	}
}

// TestCountedNamespaces: counted disks of one controller are numbered in their order.
func TestCountedNamespaces(t *testing.T) {
	g := mustParse(t, head+"guests: {a: {disks: [{name: d, bus: nvme, size: 1GiB, count: 3, controller: c}]}}\n").Guests[0]
	var got []string
	for _, d := range g.Disks {
		serial, nsid, _ := d.NamespaceOf(g)
		got = append(got, fmt.Sprintf("%s:%d", serial, nsid))
	}
	assert.DeepEqual(t, got, []string{"c:1", "c:2", "c:3"})
}

// TestDefaultsOfDisks shows what a disk has that does not say so.
func TestDefaultsOfDisks(t *testing.T) {
	cases := []struct{ name, disk, want string }{
		{"volume", "{name: d, size: 1GiB}", "virtio qcow2 unmap true"},
		{"path", "{name: d, path: /dev/sdz}", "virtio raw unmap true"},
		{"qcow2 at a path", "{name: d, path: /x, format: qcow2}", "virtio qcow2 unmap true"},
		{"overlay", "{name: d, image: i, bus: sata}", "sata qcow2 unmap true"},
		{"larger overlay", "{name: d, image: i, size: 40GiB, persist: false}", "virtio qcow2 unmap false"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			d := mustParse(t, head+"guests: {a: {disks: ["+tc.disk+"]}}\n").Guests[0].Disks[0]
			assert.Equal(t, fmt.Sprint(d.Bus, " ", d.Format, " ", d.Discard, " ", *d.Persist), tc.want)
		})
	}
}

// TestOneFormOfADisk: what says a default outright is the same spec.
func TestOneFormOfADisk(t *testing.T) {
	const said = "{name: d, size: 1GiB, bus: virtio, format: qcow2, cache: default, preallocation: 'off', detectZeroes: 'off', discard: unmap, persist: true, serial: d}"
	assert.DeepEqual(t, specOf(t, "disks: ["+said+"]"), specOf(t, "disks: [{name: d, size: 1GiB}]"))
	assert.DeepEqual(t, specOf(t, "disks: [{name: d, bus: scsi, size: 1GiB, wwn: 5000C50015EA71AC}]").Disks[0].WWN, "5000c50015ea71ac")
}
