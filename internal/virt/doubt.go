// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"fmt"
	"os"
	"path/filepath"
)

// Doubt says why QEMU's user probably cannot read a file, computed from modes
// and access control lists by somebody who is not root and so cannot try it;
// empty where there is no doubt, or nothing to compute it from. It is a
// warning only: a security module or a mount may know better.
func (h Host) Doubt(path string) string {
	if !h.Local || h.Session || h.QEMUUser == (Credential{}) || os.Geteuid() == 0 {
		return ""
	}
	return h.doubt(path)
}

func (h Host) doubt(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	who := identity{uid: h.QEMUUser.UID, groups: groupsOf(h.QEMUUser)}
	for _, component := range components(real) {
		want := uint32(1)
		if component == real {
			want = 4
		}
		if ok, err := allowed(component, who, want); err == nil && !ok {
			return fmt.Sprintf("%s can probably not be read by QEMU's user %s: %s refuses (give it access: setfacl -m u:%s:%s %s)",
				path, userName(h.QEMUUser), component, userName(h.QEMUUser), accessBit(component == real), component)
		}
	}
	return ""
}
