// SPDX-License-Identifier: Apache-2.0

package run

import (
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/image"
	"vmprov/internal/config"
)

func TestNotBuilt(t *testing.T) {
	wanted := map[string]config.Image{"new": {Flake: "/f"}, "ready": {File: "/i.raw"}, "before": {Flake: "/f"}}
	last := map[string]image.Artifact{"ready": {Path: "/i.raw"}, "before": {Path: "/nix/store/x/i.qcow2"}}
	assert.DeepEqual(t, notBuilt(wanted, last), []string{
		"image `before`: not built, taken as it was built last: /nix/store/x/i.qcow2",
		"image `new`: not built",
	})
}
