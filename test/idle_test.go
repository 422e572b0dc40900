// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
)

// idleHead begins a configuration whose guests find nothing to boot on their
// disk and stand still: for tests of what vmprov does, not of what a guest
// does. They cost no build and no CPU time, and take no notice of a shutdown.
const idleHead = `project: {{.Name}}
pool: {path: ./pool}
images: {idle: {file: ./idle.qcow2}}
defaults: {image: idle, cpus: 1, memory: 64MiB, ready: [running], stopTimeout: 100ms}
`

// configureIdle writes vmprov.yaml: idleHead, then body.
func (p *project) configureIdle(t *testing.T, body string) {
	t.Helper()
	p.configureAll(t, idleHead+body)
	image := p.path("idle.qcow2")
	if _, err := os.Stat(image); err == nil {
		return // made anew, it would be another image
	}
	icmd.RunCommand("qemu-img", "create", "-q", "-f", "qcow2", image, "1M").Assert(t, icmd.Success)
	assert.NilError(t, os.Chmod(image, 0o644))
}
