// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// Credentials are what a guest takes in at boot.
type Credentials struct {
	HostName string
	// AuthorizedKeys are lines of authorized_keys for User.
	AuthorizedKeys []string
	// User is the login name; empty means root.
	User   string
	Mounts []Mount
}

const (
	// maxOEMStrings is what the count of an SMBIOS type 11 structure holds (one
	// byte; QEMU lets it wrap around).
	maxOEMStrings = 255
	// maxOEMBytes keeps the strings clear of the 65535 bytes that all SMBIOS
	// tables together have with a 2.1 entry point; QEMU refuses to start beyond
	// that. The rest is for the other tables (about 100 bytes a CPU socket).
	maxOEMBytes = 48 << 10
)

// OEMStrings renders the credentials as SMBIOS OEM strings
// (systemd.system-credentials(7), smbios-type-11(7)); public material only,
// everybody who may read the domain's XML sees it. Mounts are ordered before
// the ssh service and never stop a boot.
//
// What is sent, and the systemd that takes it in:
//   - system.hostname (254): a transient name, /etc/hostname wins over it
//   - ssh.authorized_keys.root (252) for root
//   - tmpfiles.extra (252) for other users, and for keys that come later
//   - fstab.extra (254) for mounts
//   - systemd.extra-unit.* (256) for mkfs with arguments
//
// An error says what cannot be sent, or that it is more than SMBIOS holds.
func OEMStrings(c Credentials) ([]string, error) {
	creds, err := credentials(c)
	if err != nil {
		return nil, err
	}
	var out []string
	size := 0
	for _, cr := range creds {
		s := cr.oemString()
		out = append(out, s)
		size += len(s) + 1
	}
	if len(out) > maxOEMStrings {
		return nil, fmt.Errorf("render credentials: %d strings, SMBIOS holds %d; let fewer disks have mkfsArgs", len(out), maxOEMStrings)
	}
	if size > maxOEMBytes {
		return nil, fmt.Errorf("render credentials: %d bytes, SMBIOS has room for %d; send fewer keys (%d now) or fewer mounts (%d now)",
			size, maxOEMBytes, len(c.AuthorizedKeys), len(c.Mounts))
	}
	return out, nil
}

// credential is one systemd credential.
type credential struct{ name, value string }

// credentials lists what c comes to, in a fixed order.
func credentials(c Credentials) ([]credential, error) {
	var out []credential
	if c.HostName != "" {
		out = append(out, credential{"system.hostname", c.HostName})
	}
	keys, err := keyCredentials(c.User, c.AuthorizedKeys)
	if err != nil {
		return nil, err
	}
	mounts, err := mountCredentials(c.Mounts)
	if err != nil {
		return nil, err
	}
	return append(append(out, keys...), mounts...), nil
}

// oemString is the credential in the words of smbios-type-11(7). Plain text
// is readable in `virsh dumpxml`; what is more than one line of printable
// ASCII would not survive SMBIOS and XML.
func (c credential) oemString() string {
	if isPlainLine(c.value) {
		return "io.systemd.credential:" + c.name + "=" + c.value
	}
	return "io.systemd.credential.binary:" + c.name + "=" + base64.StdEncoding.EncodeToString([]byte(c.value))
}

// isPlainLine says whether s is printable ASCII with no blank at its ends,
// which a reader of XML may trim.
func isPlainLine(s string) bool {
	for _, b := range []byte(s) {
		if b < ' ' || b > '~' {
			return false
		}
	}
	return s != "" && strings.TrimSpace(s) == s
}
