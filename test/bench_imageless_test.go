// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

const oneImageless = `project: {{.Name}}
pool: {path: ./pool}
guests:
  kdev: {imageless: {flake: {{.Source}}/examples/quickstart, modules: /lib/modules}, cpus: 1, memory: 384MiB}
`

// BenchmarkRecycleImageless recycles a running guest without an image until a
// login succeeds, against the same QEMU ended, and started by hand with its own
// virtiofsd, and a login tried every 10 ms.
func BenchmarkRecycleImageless(b *testing.B) {
	p := benchProject(b, oneImageless)
	p.run(b, "up")
	address, key := reservedAddress(b, p), projectKey(b, p)
	byHand := handOf(b, p, "kdev")
	p.run(b, "stop", "kdev")

	recycle := versus{what: "recycle of a guest without an image"}
	inTurns(bootRounds, func() {
		p.run(b, "start", "kdev")
		recycle.vmprov = append(recycle.vmprov, p.run(b, "recycle", "kdev").Wall)
		p.run(b, "stop", "kdev")
	}, func() {
		began := time.Now()
		assert.NilError(b, byHand.start())
		assert.NilError(b, pollLogin(address, key))
		assert.NilError(b, byHand.stop())
		recycle.raw = append(recycle.raw, time.Since(began))
	})
	recycle.report(b, 1.05, 150*time.Millisecond)
}
