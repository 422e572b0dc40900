// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"io"
	"runtime/debug"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/internal/run"
)

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	assert.NilError(t, write(&b))
	return b.String()
}

const (
	oldImage = "/nix/store/0ix8vkqrk1slzmbhd1h5v5w1ssxcfqmm-quickstart"
	newImage = "/nix/store/9zz3lgqrk1slzmbhd1h5v5w1ssxcfqmm-quickstart"
)

func TestSummary(t *testing.T) {
	for _, tc := range []struct {
		name, verb string
		summary    run.Summary
	}{
		{"created", "up", run.Summary{Project: "fstests", Changed: true, Guests: []run.Result{
			{Guest: "xfs-1", Outcome: "created", Address: "10.47.0.2", Seconds: 12.34},
			{Guest: "xfs-2", Outcome: "failed", Seconds: 3, Error: "create volume x: no space left\nsecond line"},
			{Guest: "a-guest-of-long-name", Outcome: "left stopped", Detail: "stopped by its user"},
		}}},
		{"no-changes", "up", run.Summary{Project: "fstests", Guests: []run.Result{
			{Guest: "xfs-1", Outcome: "unchanged", Address: "10.47.0.2"}, {Guest: "xfs-2", Outcome: "unchanged", Address: "10.47.0.3"},
		}}},
		{"pending", "up", run.Summary{Project: "fstests", Guests: []run.Result{
			{Guest: "xfs-1", Outcome: "unchanged", Address: "10.47.0.2", Detail: "waits for the next boot: memory"},
		}}},
		{"destroyed", "destroy", run.Summary{Project: "fstests", Changed: true, Guests: []run.Result{
			{Guest: "xfs-1", Outcome: "destroyed", Seconds: 0.23},
		}}},
		{"recycled", "recycle", run.Summary{Project: "fstests", Changed: true, Guests: []run.Result{
			{Guest: "xfs-1", Outcome: "recycled", OldImage: oldImage, NewImage: newImage, Seconds: 12.3},
			{Guest: "xfs-2", Outcome: "rolled back", OldImage: oldImage, NewImage: newImage, Seconds: 61, Error: "not ready within 1m0s"},
			{Guest: "xfs-3", Outcome: "left as it was", OldImage: oldImage, NewImage: newImage, Error: "not done, since another guest failed before its turn"},
			{Guest: "ext4", Outcome: "recycled", OldImage: "/srv/ready.qcow2", NewImage: "/srv/ready.qcow2", Seconds: 9},
			{Guest: "idle", Outcome: "left stopped", OldImage: oldImage, NewImage: oldImage, Detail: "its user stopped it"},
		}}},
		{"nothing", "destroy", run.Summary{Project: "fstests"}},
		{"dry-run", "up", run.Summary{Project: "fstests", Changed: true, Plan: "define fstests-xfs-1: not found\nstart fstests-xfs-1\n\n"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := written(t, func(w io.Writer) error { return writeSummary(w, tc.verb, &tc.summary) })
			golden.Assert(t, got, "summary-"+tc.name+".golden")
		})
	}
}

func TestStatusTable(t *testing.T) {
	for _, tc := range []struct {
		name   string
		report run.StatusReport
	}{
		{"status", run.StatusReport{
			Project: "fstests",
			Guests: []run.GuestStatus{
				{Guest: "xfs-1", State: "running", Address: "10.47.0.2", Image: "/nix/store/abc-nixos/nixos.qcow2"},
				{Guest: "xfs-2", State: "shut off", Notes: []string{"stopped by its user", "waits for the next boot: memory 4GiB -> 8GiB"}},
				{Guest: "xfs-3", State: "not created"},
				{Guest: "kdev", State: "running", Address: "10.47.0.4", Kernel: "6.12.0-mine+", Closure: "/nix/store/abc-nixos-system"},
			},
			Notes: []string{"fstests-old is not in the file any more; remove it with --remove-orphans"},
		}},
		{"status-empty", run.StatusReport{Project: "fstests"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			golden.Assert(t, written(t, func(w io.Writer) error { return writeStatus(w, &tc.report) }), tc.name+".golden")
		})
	}
}

func TestChecks(t *testing.T) {
	checks := []run.Check{
		{Name: "libvirtd", Level: "ok", Detail: "9.0.0 at qemu:///system"},
		{Name: "kvm", Level: "warning", Detail: "neither vmx nor svm", Hint: "guests run under TCG, ten times slower;\nenable nested virtualisation"},
		{Name: "nix", Level: "error", Detail: "not found,\nand nothing else builds", Hint: "apt install nix-bin"},
	}
	golden.Assert(t, written(t, func(w io.Writer) error { return writeChecks(w, style{}, checks) }), "doctor.golden")
	assert.Error(t, failedChecks(checks), "check host: 1 of 3 checks failed")
	assert.NilError(t, failedChecks(checks[:2]))
}

func TestSmallResults(t *testing.T) {
	one := []run.GuestXML{{Guest: "a", XML: "<domain/>\n"}}
	two := append(one, run.GuestXML{Guest: "b", XML: "<domain/>"})
	assert.Equal(t, written(t, func(w io.Writer) error { return writeXML(w, one) }), "<domain/>\n")
	assert.Equal(t, written(t, func(w io.Writer) error { return writeXML(w, two) }), "<!-- a -->\n<domain/>\n<!-- b -->\n<domain/>\n")
	images := []builtImage{{Name: "devel", Path: "/nix/store/x/nixos.qcow2"}}
	assert.Equal(t, written(t, func(w io.Writer) error { return writeBuild(w, images) }), "devel /nix/store/x/nixos.qcow2\n")
	v := validated{Config: "vmprov.yaml", Guests: []string{"a", "b", "c"}}
	assert.Equal(t, written(t, func(w io.Writer) error { return writeValidated(w, v) }), "vmprov.yaml: OK, 3 guests\n")
	plan := &run.PlanResult{Project: "fstests"}
	assert.Equal(t, written(t, func(w io.Writer) error { return writePlan(w, plan) }), "fstests: no changes\n")
	plan.Text = "start xfs-1\n"
	assert.Equal(t, written(t, func(w io.Writer) error { return writePlan(w, plan) }), "start xfs-1\n")
}

func TestTableIsForScriptsToo(t *testing.T) {
	got := written(t, func(w io.Writer) error {
		return writeTable(w, []string{"A", "B", "EMPTY"}, [][]string{{"1", "", ""}, {"\x1b[1m2\x1b[0m", "two\nlines", ""}})
	})
	assert.Equal(t, got, "A  B\n1  -\n2  two\n")
}

func TestOwnVersion(t *testing.T) {
	vcs := debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}}}
	tagged := vcs
	tagged.Main.Version = "v1.2.3"
	devel := vcs
	devel.Main.Version = "(devel)"
	assert.Equal(t, ownVersion("1.0", tagged), "1.0")
	assert.Equal(t, ownVersion("", tagged), "v1.2.3")
	assert.Equal(t, ownVersion("", devel), "devel-0123456789ab")
	assert.Equal(t, ownVersion("", debug.BuildInfo{}), "devel")
}
