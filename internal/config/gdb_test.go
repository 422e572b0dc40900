// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"

	"gotest.tools/v3/assert"
)

func TestGDBTarget(t *testing.T) {
	file := mustParse(t, head+`
guests:
  none:
  port: {count: 2, gdb: {port: 1234}}
  socket: {gdb: {socket: "/run/gdb/{guest}.sock"}}
`)
	var got []string
	for _, g := range file.Guests {
		got = append(got, g.GDBTarget())
	}
	assert.DeepEqual(t, got, []string{"", "127.0.0.1:1234", "127.0.0.1:1235", "/run/gdb/socket.sock"})
}
