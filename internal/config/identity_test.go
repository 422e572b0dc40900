// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"

	"gotest.tools/v3/assert"
)

// TestIdentityIsStable holds the values that running guests, their networks
// and their volumes are found by: a change of one orphans all of them.
func TestIdentityIsStable(t *testing.T) {
	cases := []struct{ name, got, want string }{
		{"domain", DomainName("fstests", "xfs-1"), "fstests-xfs-1"},
		{"domain UUID", DomainUUID("fstests", "xfs-1"), "efb76873-cc23-5b1a-9e0f-fe5f679778b3"},
		{"network", NetworkName("fstests", "lab"), "fstests-lab"},
		{"network UUID", NetworkUUID("fstests", "lab"), "5ec471b2-f8a4-567b-9c52-e4781c0aa1aa"},
		{"pool UUID", PoolUUID("/srv/pool"), "c9a5ecb7-80e6-5329-9582-c0afc8380255"},
		{"volume", VolumeName("fstests-xfs-1", "log", "raw"), "fstests-xfs-1.log.raw"},
		{"root", RootVolumeName("fstests-xfs-1", 3), "fstests-xfs-1.root.3.qcow2"},
		{"console", ConsoleVolumeName("fstests-xfs-1"), "fstests-xfs-1.console.log"},
		{"MAC", MAC("fstests", "xfs-1", "lab"), "52:54:00:ec:7f:11"},
		{"MAC of another network", MAC("fstests", "xfs-1", "quiet"), "52:54:00:9a:c5:67"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) { assert.Equal(t, tc.got, tc.want) })
	}
}

// TestIdentityTellsApart: names that read the same when put together are not the same.
func TestIdentityTellsApart(t *testing.T) {
	assert.Assert(t, DomainUUID("a-b", "c") != DomainUUID("a", "b-c"))
	assert.Assert(t, DomainUUID("a", "b") != NetworkUUID("a", "b"))
	assert.Assert(t, MAC("a-b", "c", "n") != MAC("a", "b-c", "n"))
}
