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
images: {idle: {file: ./idle.qcow2}, other: {file: ./other.qcow2}}
defaults: {image: idle, cpus: 1, memory: 64MiB, ready: [running], stopTimeout: 100ms}
`

// configureIdle writes vmprov.yaml: idleHead, then body.
func (p *project) configureIdle(t *testing.T, body string) {
	t.Helper()
	p.configureAll(t, idleHead+body)
	p.addImage(t, "idle")
}

// addImage makes an image with nothing on it, and leaves one that is there:
// made anew, it would be another image.
func (p *project) addImage(t *testing.T, name string) {
	t.Helper()
	image := p.path(name + ".qcow2")
	if _, err := os.Stat(image); err == nil {
		return
	}
	icmd.RunCommand("qemu-img", "create", "-q", "-f", "qcow2", image, "1M").Assert(t, icmd.Success)
	assert.NilError(t, os.Chmod(image, 0o644))
}
