// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"

	"gotest.tools/v3/assert"
)

func TestNearest(t *testing.T) {
	guests := []string{"xfs-1", "xfs-2", "kdev", "a"}
	keys := []string{"memory", "cpus", "readOnly", "logicalBlockSize", "networks", "io"}
	cases := []struct {
		word  string
		among []string
		want  string
	}{
		{"memroy", keys, "memory"},
		{"MEMORY", keys, "memory"},
		{"mem", keys, "memory"},
		{"read_only", keys, "readOnly"},
		{"logical-block-size", keys, "logicalBlockSize"},
		{"network", keys, "networks"},
		{"oi", keys, "io"},
		{"xfs-3", guests, "xfs-1"},
		{"kedv", guests, "kdev"},
		{"b", guests, ""},
		{"", guests, ""},
		{"colour", keys, ""},
		{"anything", nil, ""},
		{"-", []string{"b"}, ""},
	}
	for _, tc := range cases {
		t.Run(tc.word, func(t *testing.T) { assert.Equal(t, Nearest(tc.word, tc.among), tc.want) })
	}
}
