// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/plan"
	"vmprov/internal/run"
)

// What a host lacks is a result, on stdout, and a failure.
func TestValidateHostFails(t *testing.T) {
	configurations(t)
	r := recorder{lacks: []plan.Lack{
		{Guest: "xfs-1", Key: "tpm", Text: "no swtpm (install it)"}, {Guest: "xfs-1", Text: "share `\x1b[2J`:\nmissing"},
	}}
	got := runLine(t.Context(), r, "validate", "--host", "a.yaml")
	assert.Equal(t, got.code, ExitFailed)
	assert.Equal(t, got.err, "vmprov: error: check host: it lacks 2 things that the guests want\n")
	assert.Equal(t, got.out, "xfs-1: `tpm`: no swtpm (install it)\nxfs-1: share ``: missing\nxfs-1: note: a note\n"+
		"a.yaml: valid, the host has what 1 of 2 guests want (libvirt 9.0.0)\n")
	assert.Equal(t, runLine(t.Context(), r, "validate", "--host", "--json").code, ExitFailed)

	assert.Equal(t, runLine(t.Context(), recorder{}, "validate", "--host").code, ExitDone)
	assert.Equal(t, runLine(t.Context(), recorder{}, "validate", "--host", "--guest").code, ExitUsage)
}

// One guest wants what several want.
func TestWriteFitnessOfOneGuest(t *testing.T) {
	var out strings.Builder
	assert.NilError(t, writeFitness(&out, "a.yaml", &run.Fitness{Host: "libvirt 9.0.0", Guests: []run.GuestFitness{{Guest: "a"}}}))
	assert.Equal(t, out.String(), "a.yaml: valid, the host has what 1 of 1 guest wants (libvirt 9.0.0)\n")
}
