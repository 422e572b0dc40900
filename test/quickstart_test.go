// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"testing"

	"gotest.tools/v3/assert"
)

func TestUpAndDestroyOfOneGuest(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, "guests:\n  a: {}\n")
	p.must(t, "up")
	assert.Equal(t, p.ssh(t, "a", "cat /etc/version"), "1")
	p.must(t, "destroy", "--yes")
	p.noLeaks(t)
}
