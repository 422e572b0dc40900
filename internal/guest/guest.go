// SPDX-License-Identifier: Apache-2.0

// Package guest is the guest's side of a domain: the key pair and host keys,
// the systemd credentials that carry keys, host name and mounts into the
// guest, and the ssh that goes back in.
package guest

import (
	"context"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/state"
)

// Mount is one line of the guest's fstab.
type Mount struct {
	// Device is a virtiofs tag or a /dev/disk/by-id path.
	Device, Target, Type string
	ReadOnly             bool
	// Makefs formats a blank disk first, with MkfsArgs where given.
	Makefs   bool
	MkfsArgs []string
}

// Credentials are what a guest takes in at boot.
type Credentials struct {
	HostName string
	// AuthorizedKeys are lines of authorized_keys for User.
	AuthorizedKeys []string
	User           string
	Mounts         []Mount
}

// OEMStrings renders the credentials as SMBIOS OEM strings
// (systemd.system-credentials(7)); public material only. Mounts are ordered
// before the ssh service and never stop a boot.
func OEMStrings(c Credentials) []string { panic("unwritten") }

// DiskByID is the stable device path of a data disk in the guest: by-id links
// of virtio-blk (serial) and NVMe (controller serial and nsid; nsid 0 when the
// controller has this one namespace only).
func DiskByID(bus, serial string, nsid int) string { panic("unwritten") }

// KeyPair is the project's own ssh key, made (ed25519, 0600) on first use.
type KeyPair struct {
	// PrivatePath is the file that ssh is given.
	PrivatePath string
	// Authorized is the public key as a line of authorized_keys.
	Authorized string
	Signer     ssh.Signer
}

// EnsureKeyPair reads the key pair of the state folder, and makes it where it
// is missing. With identityFile that file is read instead (a passphrase is an
// error that names ssh-agent as the way out).
func EnsureKeyPair(f *state.Folder, identityFile string) (KeyPair, error) { panic("unwritten") }

// Login is how to reach one guest by ssh.
type Login struct {
	Guest   string
	Address string // IP without port
	User    string
	Key     KeyPair
	// HostKeyAlias names the host key in known_hosts: a guest and its root
	// overlay's generation, so that a recycled guest is a new host.
	HostKeyAlias string
	KnownHosts   string // path
}

// Dial logs in. Unknown host keys are accepted once and written to
// KnownHosts; a changed one is refused. It gives up with ctx.
func Dial(ctx context.Context, l Login) (*ssh.Client, error) { panic("unwritten") }

// SSHConfig renders an ssh_config(5) with one Host block a guest, for ssh, scp
// and rsync: its aliases are the guest's name and GUEST.PROJECT.
func SSHConfig(project string, logins []Login) string { panic("unwritten") }
