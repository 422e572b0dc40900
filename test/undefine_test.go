// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
)

// TestDestroyWithLibvirtsRemainders: libvirt refuses to undefine a guest that
// has a checkpoint, a snapshot or a saved memory, unless it is told of each.
func TestDestroyWithLibvirtsRemainders(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configureIdle(t, `guests:
  checked: {disks: [{name: data, size: 16MiB}]}
  shot: {disks: [{name: data, bus: nvme, size: 16MiB}]}
  saved: {}
`)
	p.must(t, "up")
	virsh(t, "checkpoint-create-as", p.domain("checked"), "point")
	p.must(t, "stop", "shot")
	virsh(t, "snapshot-create-as", p.domain("shot"), "shot")
	virsh(t, "managedsave", p.domain("saved"))
	assert.Assert(t, cmp.Equal(p.state(t, "saved"), "shut off"))

	p.must(t, "destroy", "--yes")
	p.noLeaks(t)
}
