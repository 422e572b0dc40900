// SPDX-License-Identifier: Apache-2.0

package nixos

import (
	"testing"

	"gotest.tools/v3/assert"
)

const nvmeLink = "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_"

// host has two shares, two virtio disks and one NVMe controller.
func host(change ...func(*Mounts)) Mounts {
	m := Mounts{
		Shares: []Share{{Tag: "results", Target: "/data/results"}, {Tag: "xdg", ReadOnly: true}},
		Disks: []Disk{
			{Name: "log", Links: []string{"/dev/disk/by-id/virtio-log"}, Target: "/mnt/log", Type: "xfs"},
			{Name: "fast", Links: []string{nvmeLink + "fast", nvmeLink + "fast_1"}, Controller: "fast", Namespace: 1},
			{Name: "spare", Links: []string{"/dev/disk/by-id/virtio-spare"}},
		},
	}
	for _, c := range change {
		c(&m)
	}
	return m
}

func twoControllers(m *Mounts) {
	m.Disks = append(m.Disks, Disk{Name: "more", Links: []string{nvmeLink + "more"}, Controller: "more", Namespace: 1})
}

func namespaces(m *Mounts) {
	m.Disks = []Disk{
		{Name: "one", Links: []string{nvmeLink + "data_1"}, Controller: "data", Namespace: 1},
		{Name: "two", Links: []string{nvmeLink + "data_2"}, Controller: "data", Namespace: 2, Target: "/mnt/two", Type: "ext4"},
	}
}

// bare is a guest without an image, with modules or none.
func bare(modules bool) Mounts {
	return Mounts{Shares: []Share{
		{Tag: "store", ReadOnly: true, Boot: true},
		{Tag: "modules", ReadOnly: true, Boot: true, Missing: !modules},
	}}
}

// TestCompareWithoutImage: the shares that a guest boots from.
func TestCompareWithoutImage(t *testing.T) {
	store := Mount{Target: "/nix/store", Device: "store", Type: "virtiofs", Options: []string{"ro"}}
	modules := Mount{Target: "/lib/modules", Device: "modules", Type: "virtiofs", Options: []string{"ro", "nofail"}}
	strict, written := modules, store
	strict.Options, written.Options = []string{"ro"}, nil
	for _, tc := range []struct {
		name  string
		host  Mounts
		guest []Mount
		want  []Difference
	}{
		{"both", bare(true), []Mount{store, modules}, nil},
		{"a kernel with all built in", bare(false), []Mount{store, modules}, nil},
		{"no modules anywhere", bare(false), []Mount{store}, nil},
		{"a system whose mounts nobody can read", bare(true), nil, nil},
		{"modules that it cannot do without", bare(false), []Mount{store, strict},
			[]Difference{{"/lib/modules", "the guest cannot boot without tag `modules`, and there is none here"}}},
		{"a store to write", bare(false), []Mount{written},
			[]Difference{{"/nix/store", "share `store` is read-only here, and the guest mounts it to write"}}},
		{"a system with an image", bare(true), []Mount{{Target: "/", Device: "/dev/vda1", Type: "ext4"}}, []Difference{
			{"/lib/modules", "the guest does not mount tag `modules`, which it boots from (backends.imageless does)"},
			{"/nix/store", "the guest does not mount tag `store`, which it boots from (backends.imageless does)"},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) { assert.DeepEqual(t, Compare(tc.host, tc.guest), tc.want) })
	}
	text, err := Module(bare(true))
	assert.NilError(t, err)
	assert.Equal(t, text, "{ }\n")
}

func TestCompare(t *testing.T) {
	for _, tc := range []struct {
		name  string
		host  Mounts
		guest []Mount
		want  []string
	}{
		{"nothing in the guest: the host's mounts are sent", host(), nil, nil},
		{"the same on both sides", host(), []Mount{
			{Target: "/data/results", Device: "results", Type: "virtiofs", Options: []string{"defaults"}},
			{Target: "/etc/xdg-host", Device: "xdg", Type: "virtiofs", Options: []string{"ro"}},
			{Target: "/mnt/log/", Device: "/dev/disk/by-id/virtio-log", Type: "xfs"},
			{Target: "/mnt/fast", Device: "/dev/nvme0n1", Type: "xfs"},
			{Target: "/mnt/spare", Device: "/dev/vdc", Type: "ext4"},
		}, nil},
		{"what is of no disk of the host's", host(), []Mount{
			{Target: "/", Device: "/dev/disk/by-label/nixos", Type: "ext4"},
			{Target: "/boot", Device: "/dev/vda1", Type: "vfat"},
			{Target: "/tmp", Device: "tmpfs", Type: "tmpfs"},
			{Target: "/root", Device: "overlay", Type: "overlay", Options: []string{"ro"}},
			{Target: "/mnt/x", Device: "UUID=12-34", Type: "xfs"},
			{Target: "/mnt/part", Device: "/dev/vdc1", Type: "xfs", Options: []string{"ro"}},
			{Target: "/mnt/part2", Device: nvmeLink + "fast-part2", Type: "xfs"},
		}, nil},
		{"tag", host(), []Mount{{Target: "/etc/xdg-host", Device: "xgd", Type: "virtiofs"}},
			[]string{"/etc/xdg-host: the guest mounts tag `xgd`, and no share here has it"}},
		{"mount point of a share", host(), []Mount{{Target: "/results", Device: "results", Type: "virtiofs"}},
			[]string{"/results: share `results` has target `/data/results` here, and the guest mounts it on `/results`"}},
		{"a share is read-only on one side", host(), []Mount{
			{Target: "/data/results", Device: "results", Type: "virtiofs", Options: []string{"nofail", "ro"}},
			{Target: "/etc/xdg-host", Device: "xdg", Type: "virtiofs", Options: []string{"rw"}},
		}, []string{
			"/data/results: share `results` can be written here, and the guest mounts it read-only",
			"/etc/xdg-host: share `xdg` is read-only here, and the guest mounts it to write",
		}},
		{"another share on the mount point", host(), []Mount{{Target: "/data/results", Device: "xdg", Type: "virtiofs", Options: []string{"ro"}}},
			[]string{"/data/results: share `results` is to be mounted here, and the guest mounts `xdg`"}},
		{"a share on a disk's mount point", host(), []Mount{{Target: "/mnt/log", Device: "xdg", Type: "virtiofs", Options: []string{"ro"}}},
			[]string{"/mnt/log: disk `log` is to be mounted here, and the guest mounts `xdg`"}},
		{"mount point of a disk", host(), []Mount{{Target: "/log", Device: "/dev/vdb", Type: "xfs"}},
			[]string{"/log: disk `log` has target `/mnt/log` here, and the guest mounts it on `/log`"}},
		{"another disk on the mount point", host(), []Mount{{Target: "/mnt/log", Device: "/dev/vdc", Type: "xfs"}},
			[]string{"/mnt/log: disk `log` is to be mounted here, and the guest mounts `/dev/vdc`"}},
		{"tmpfs on the mount point", host(), []Mount{{Target: "/mnt/log", Device: "tmpfs", Type: "tmpfs"}},
			[]string{"/mnt/log: disk `log` is to be mounted here, and the guest mounts `tmpfs`"}},
		{"a label on the mount point may be the disk", host(), []Mount{{Target: "/mnt/log", Device: "/dev/disk/by-label/log", Type: "xfs"}}, nil},
		{"type and mkfs arguments", host(), []Mount{{Target: "/mnt/log", Device: "/dev/vdb", Type: "ext4", MkfsArgs: []string{"-F"}}}, []string{
			"/mnt/log: disk `log` is xfs here, and ext4 in the guest",
			"/mnt/log: disk `log` is made with mkfs arguments [] here, and [\"-F\"] in the guest",
		}},
		{"a disk is read-only on one side", host(func(m *Mounts) { m.Disks[2].ReadOnly = true }),
			[]Mount{{Target: "/mnt/spare", Device: "/dev/vdc", Type: "xfs"}},
			[]string{"/mnt/spare: disk `spare` is read-only here, and the guest mounts it to write"}},
		{"no such disk", host(), []Mount{
			{Target: "/mnt/a", Device: "/dev/vdd", Type: "xfs"},
			{Target: "/mnt/b", Device: "/dev/nvme0n2", Type: "xfs"},
			{Target: "/mnt/c", Device: "/dev/nvme1n1", Type: "xfs"},
			{Target: "/mnt/d", Device: "/dev/disk/by-id/virtio-lag", Type: "xfs"},
			{Target: "/mnt/e", Device: nvmeLink + "slow", Type: "xfs"},
			{Target: "/mnt/f", Device: "/dev/vda", Type: "xfs"},
		}, []string{
			"/mnt/a: the guest mounts `/dev/vdd`, and there is no such virtio disk here",
			"/mnt/b: the guest mounts `/dev/nvme0n2`, and there is no such NVMe disk here",
			"/mnt/c: the guest mounts `/dev/nvme1n1`, and there is no such NVMe disk here",
			"/mnt/d: the guest mounts `/dev/disk/by-id/virtio-lag`, and no disk here has that serial",
			"/mnt/e: the guest mounts `" + nvmeLink + "slow`, and no disk here has that serial",
			"/mnt/f: the guest mounts `/dev/vda`, which is the root disk",
		}},
		{"a kernel name of one of two controllers", host(twoControllers), []Mount{
			{Target: "/mnt/fast", Device: "/dev/nvme0n1", Type: "xfs"},
			{Target: "/mnt/more", Device: nvmeLink + "more", Type: "xfs"},
			{Target: "/mnt/part", Device: "/dev/nvme1n1p1", Type: "xfs"},
		}, []string{
			"/mnt/fast: the guest mounts `/dev/nvme0n1`, which is not stable: the guest has 2 NVMe controllers, numbered anew at each boot; name it by /dev/disk/by-id",
			"/mnt/part: the guest mounts `/dev/nvme1n1p1`, which is not stable: the guest has 2 NVMe controllers, numbered anew at each boot; name it by /dev/disk/by-id",
		}},
		{"namespaces of one controller", host(namespaces), []Mount{
			{Target: "/mnt/two", Device: "/dev/nvme0n2", Type: "ext4"},
			{Target: "/mnt/one", Device: nvmeLink + "data_1", Type: "ext4"},
		}, nil},
		{"a controller where a namespace is meant", host(namespaces), []Mount{{Target: "/mnt/one", Device: nvmeLink + "data", Type: "ext4"}},
			[]string{"/mnt/one: the guest mounts `" + nvmeLink + "data`, which may be any namespace of its controller; add _ and the namespace's number"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, d := range Compare(tc.host, tc.guest) {
				got = append(got, d.Mount+": "+d.Text)
			}
			assert.DeepEqual(t, got, tc.want)
		})
	}
}

func TestLettersOf(t *testing.T) {
	for n, want := range map[int]string{0: "a", 1: "b", 25: "z", 26: "aa", 27: "ab", 51: "az", 52: "ba", 701: "zz", 702: "aaa"} {
		assert.Equal(t, lettersOf(n), want)
	}
}
