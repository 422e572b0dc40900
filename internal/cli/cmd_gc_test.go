// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/internal/run"
)

func TestWriteGarbage(t *testing.T) {
	items := []run.GCItem{
		{Kind: "root disk", Name: "p-gone.root.3.qcow2", Guest: "gone", Pool: "vmprov", Bytes: 200704},
		{Kind: "data disk", Name: "p-gone.data.qcow2", Guest: "gone", Pool: "vmprov", Bytes: 20 << 30, Kept: "data disks go with --disks only"},
		{Kind: "GC root", Name: "/nix/store/i-0", Bytes: 4 << 30},
		{Kind: "known host", Name: "gone\x1b[31m", Guest: "gone", Bytes: 120},
	}
	result := func(change func(*run.GCResult)) *run.GCResult {
		r := &run.GCResult{Project: "p", Items: append([]run.GCItem(nil), items...), DeletedBytes: 200824, StoreBytes: 4 << 30, KeptBytes: 20 << 30}
		change(r)
		return r
	}
	for _, tc := range []struct {
		name   string
		result *run.GCResult
	}{
		{"nothing", &run.GCResult{Project: "p"}},
		{"deleted", result(func(*run.GCResult) {})},
		{"dry-run", result(func(r *run.GCResult) { r.DryRun, r.Notes = true, []string{"pool `x` is not active"} })},
		{"failed", result(func(r *run.GCResult) { r.Items[0].Error, r.DeletedBytes = "the disk is full", 120 })},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			assert.NilError(t, writeGarbage(&out, tc.result))
			golden.Assert(t, out.String(), "gc-"+tc.name+".golden")
		})
	}
}
