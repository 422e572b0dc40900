// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/skip"
)

func TestPermits(t *testing.T) {
	qemu := identity{uid: 100, groups: []int{100, 200}}
	for _, tc := range []struct {
		name         string
		entries      []aclEntry
		owner, group int
		want         bool
	}{
		{"others may", aclOfMode(0o604), 1, 1, true},
		{"others may not", aclOfMode(0o640), 1, 1, false},
		{"its own file", aclOfMode(0o400), 100, 1, true},
		{"its own file, which only others may read", aclOfMode(0o044), 100, 1, false},
		{"its group's file", aclOfMode(0o040), 1, 200, true},
		{"its group's file, which only others may read", aclOfMode(0o004), 1, 200, false},
		{"named user", []aclEntry{{aclUserObj, 6, 0}, {aclUser, 4, 100}, {aclGroupObj, 0, 0}, {aclMask, 4, 0}, {aclOther, 0, 0}}, 1, 1, true},
		{"named user, masked", []aclEntry{{aclUserObj, 6, 0}, {aclUser, 4, 100}, {aclGroupObj, 0, 0}, {aclMask, 0, 0}, {aclOther, 4, 0}}, 1, 1, false},
		{"named group", []aclEntry{{aclUserObj, 6, 0}, {aclGroupObj, 0, 0}, {aclGroup, 4, 200}, {aclMask, 4, 0}, {aclOther, 0, 0}}, 1, 1, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, permits(tc.entries, tc.owner, tc.group, qemu, 4), tc.want)
		})
	}
}

// TestDoubtAgreesWithTheKernel: what is computed is what root finds by trying
// as that user.
func TestDoubtAgreesWithTheKernel(t *testing.T) {
	skip.If(t, os.Geteuid() != 0, "trying as another user needs root")
	h := Host{Local: true, QEMUUser: Credential{UID: 12345, GID: 12345}}
	base, err := os.MkdirTemp("/var/tmp", "vmprov-doubt")
	assert.NilError(t, err)
	t.Cleanup(func() { assert.NilError(t, os.RemoveAll(base)) })
	assert.NilError(t, os.Chmod(base, 0o755))
	for name, prepare := range map[string]func(folder, file string){
		"all may":           func(_, _ string) {},
		"folder closed":     func(folder, _ string) { assert.NilError(t, os.Chmod(folder, 0o700)) },
		"file closed":       func(_, file string) { assert.NilError(t, os.Chmod(file, 0o600)) },
		"file its own":      func(_, file string) { assert.NilError(t, os.Chown(file, 12345, 0)) },
		"opened by a list":  func(_, file string) { setUserACL(t, file, 12345, 4) },
		"refused by a list": func(_, file string) { setUserACL(t, file, 12345, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(base, strings.ReplaceAll(name, " ", "-"))
			assert.NilError(t, os.Mkdir(folder, 0o755))
			file := filepath.Join(folder, "image")
			assert.NilError(t, os.WriteFile(file, nil, 0o644))
			prepare(folder, file)
			tried := h.openToQEMU(file, unix.R_OK)
			assert.Equal(t, h.doubt(file) == "", tried == nil, "computed %q, tried %v", h.doubt(file), tried)
		})
	}
}

// setUserACL gives a file a list with one named user, as setfacl -m u:UID:PERM does.
func setUserACL(t *testing.T, file string, uid uint32, perm uint16) {
	raw := binary.LittleEndian.AppendUint32(nil, 2)
	none := ^uint32(0)
	for _, e := range []struct {
		tag, perm uint16
		id        uint32
	}{{aclUserObj, 6, none}, {aclUser, perm, uid}, {aclGroupObj, 4, none}, {aclMask, 7, none}, {aclOther, 4, none}} {
		raw = binary.LittleEndian.AppendUint16(raw, e.tag)
		raw = binary.LittleEndian.AppendUint16(raw, e.perm)
		raw = binary.LittleEndian.AppendUint32(raw, e.id)
	}
	assert.NilError(t, unix.Setxattr(file, "system.posix_acl_access", raw, 0))
}
