// SPDX-License-Identifier: Apache-2.0

// Package virttest gives tests a libvirt without a daemon.
package virttest

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirt"
)

// Driver is libvirt's test driver inside this process, on an empty host of the
// test's own.
func Driver(t testing.TB) *libvirt.Connect {
	t.Helper()
	node := filepath.Join(t.TempDir(), "node.xml")
	assert.NilError(t, os.WriteFile(node, []byte("<node/>"), 0o600))
	conn, err := libvirt.NewConnect("test://" + node)
	assert.NilError(t, err)
	t.Cleanup(func() { _, _ = conn.Close() })
	return conn
}
