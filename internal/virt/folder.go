// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"fmt"
	"os"
)

// MakeFolder makes a folder of this machine and those above it that are
// missing, 0755 less the umask; one that is there is left as it is. Root makes
// it with the owner's rights to files (setfsuid(2)): it is the owner's, and a
// link in the way leads only to where the owner could have made it too.
func MakeFolder(owner Credential, path string) error {
	if os.Geteuid() != 0 || owner.UID == 0 {
		return makeFolder(path)
	}
	var err error
	if look := asUser(owner, groupsOf(owner), func() { err = makeFolder(path) }); look != nil {
		return look
	}
	if err != nil {
		return fmt.Errorf("%w (as %s, whose configuration it is)", err, userName(owner))
	}
	return nil
}

func makeFolder(path string) error { return os.MkdirAll(path, 0o755) }
