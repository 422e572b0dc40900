// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// fleet are guests that run and do nothing: what is measured is vmprov and
// libvirt, not a boot.
const fleet = `project: {{.Name}}
pool: {path: ./pool}
images:
  halt: {file: ./halt.img}
guests:
  g: {count: %d, image: halt, cpus: 1, memory: 64MiB, ready: [running], stopTimeout: 1s}
`

// fleetRounds are pairs of up and destroy.
const fleetRounds = 7

// noise is what the same work was seen to differ by in one run: no slower is
// meant.
const noise = 1.05

// haltImage is a disk whose boot sector stops the CPU for good: cli; hlt; jmp.
func haltImage(b *testing.B, p *project) {
	b.Helper()
	disk := make([]byte, 1<<20)
	copy(disk, []byte{0xfa, 0xf4, 0xeb, 0xfd})
	disk[510], disk[511] = 0x55, 0xaa
	assert.NilError(b, os.WriteFile(p.path("halt.img"), disk, 0o644))
}

// BenchmarkFleet brings up 20 guests and destroys them, against the same made
// by 20 chains of qemu-img and virsh side by side.
func BenchmarkFleet(b *testing.B) {
	p := benchProject(b, fmt.Sprintf(fleet, 20))
	haltImage(b, p)
	p.run(b, "up")
	made := rawOf(b, p)
	assert.Equal(b, len(made.guests), 20)
	p.run(b, "destroy", "--yes")

	up, destroy := versus{what: "up of 20 guests"}, versus{what: "destroy of 20 guests"}
	inTurns(fleetRounds, func() {
		up.vmprov = append(up.vmprov, p.run(b, "up").Wall)
		destroy.vmprov = append(destroy.vmprov, p.run(b, "destroy", "--yes").Wall)
	}, func() {
		began := time.Now()
		assert.NilError(b, made.up())
		up.raw = append(up.raw, time.Since(began))
		began = time.Now()
		assert.NilError(b, made.destroy())
		destroy.raw = append(destroy.raw, time.Since(began))
	})
	up.report(b, noise, 0)
	destroy.report(b, noise, 0)
}
