// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/config"
)

func TestVolumeOf(t *testing.T) {
	for _, tc := range []struct{ name, guest, kind string }{
		{config.RootVolumeName("p-a", 1), "a", rootVolumeKind},
		{config.RootVolumeName("p-a-b-2", 117), "a-b-2", rootVolumeKind},
		{config.ConsoleVolumeName("p-a"), "a", consoleVolumeKind},
		{config.ConsoleVolumeName("p-a") + ".0", "a", consoleVolumeKind},
		{"p-a.console.12.6.12.0-rc1+.log", "a", consoleVolumeKind},
		{"p-a.console.12.6.12.0-rc1+.log.3", "a", consoleVolumeKind},
		{config.VolumeName("p-a", "scratch", "qcow2"), "a", dataVolumeKind},
		{config.VolumeName("p-a", "root", "raw"), "a", dataVolumeKind},
		{stagedName("p-a", kernelKind, BootFile{Identity: "k"}), "a", kernelVolumeKind},
		{stagedName("p-a", initrdKind, BootFile{Identity: "i"}), "a", initrdVolumeKind},
		{hostKeyName("p-a"), "a", hostKeyVolumeKind},
		// None of the project's.
		{name: "q-a.root.1.qcow2"},
		{name: "p.root.1.qcow2"},
		{name: "p-.root.1.qcow2"},
		{name: "p-A.root.1.qcow2"},
		{name: "p-a"},
		{name: "p-a.root.0.qcow2"},
		{name: "p-a.root.1.qcow2.bak"},
		{name: "p-a.root.snap1"},
		{name: "p-a.console.log.old"},
		{name: "p-a.kernel.zz"},
		{name: "p-a.hostkey.pub"},
		{name: "p-a.scratch.img"},
		{name: "p-a..qcow2"},
		{name: "notes.txt"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			guest, kind, ok := volumeOf("p", tc.name)
			assert.Equal(t, ok, tc.kind != "")
			assert.Equal(t, guest, tc.guest)
			assert.Equal(t, kind, tc.kind)
		})
	}
}

func TestOtherProjects(t *testing.T) {
	for _, tc := range []struct {
		project, guest string
		want           []string
	}{
		{"a", "b", nil},
		{"a", "b-c", []string{"a-b"}},
		{"a-b", "c", []string{"a"}},
		{"fs", "xfs-1-2", []string{"fs-xfs", "fs-xfs-1"}},
		{"a", "b--c", nil},
	} {
		assert.DeepEqual(t, OtherProjects(tc.project, tc.guest), tc.want)
	}
}
