// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
)

// TestOneGuestFailsAlone: what stops one of three guests stops neither the
// others nor, once it is mended, the next up.
func TestOneGuestFailsAlone(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, `
guests:
  a: {}
  b:
    shares: [{tag: share, source: ./share, target: /mnt/share}]
  c: {}
`)
	assert.NilError(t, os.Remove(p.path("share")))
	why := fmt.Sprintf("share `share`: %s does not exist (make it, mend the path in the file, or have it made with `create: true`)", p.path("share"))
	assert.Assert(t, cmp.Contains(p.must(t, "plan"), "b: blocked\n  blocked: "+why+"\n"))

	p.vmprov(t, "up").Assert(t, icmd.Expected{ExitCode: 1, Err: "vmprov: error: guest `b`: " + why + "\n"})
	for _, guest := range []string{"a", "c"} {
		assert.Equal(t, p.ssh(t, guest, "hostname"), guest)
	}
	assert.Assert(t, cmp.Contains(p.must(t, "status"), "b      not created"))
	pids := p.pid(t, "a") + p.pid(t, "c")

	assert.NilError(t, os.Mkdir(p.path("share"), 0o755))
	p.must(t, "up")
	p.ssh(t, "b", "echo from the guest > /mnt/share/file")
	assert.Equal(t, readFile(t, p.path("share", "file")), "from the guest\n")
	assert.Equal(t, p.pid(t, "a")+p.pid(t, "c"), pids, "a guest that was up was touched")
}
