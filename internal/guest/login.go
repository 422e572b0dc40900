// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"net"
	"strconv"

	"vmprov/internal/state"
)

// KnownHostsFile is the project's own known_hosts(5) in its state folder.
const KnownHostsFile = "known_hosts"

// Login is how to reach one guest by ssh.
type Login struct {
	Guest   string
	Address string // IP without port
	// Guessed says that the guest may have another address.
	Guessed bool
	Port    int // 0 for 22
	User    string
	Key     KeyPair
	// HostKeyAlias names the host key in known_hosts, by [HostKeyAlias].
	HostKeyAlias string
	// HostKey is the public key that vmprov gave the guest, as a line of
	// authorized_keys; empty where the one that it shows first is accepted.
	HostKey string
	// PreviousAlias is that of the overlay that a recycle may go back to; empty
	// for none. All others of the guest go when a new key is written.
	PreviousAlias string
	// Folder holds known_hosts. It is the folder and not a path, because root
	// acting for a user writes there as that user and through no link.
	Folder *state.Folder
}

const sshPort = 22

// port is the TCP port.
func (l Login) port() int {
	if l.Port == 0 {
		return sshPort
	}
	return l.Port
}

// HostPort is where the ssh server listens, as net.Dial wants it.
func (l Login) HostPort() string {
	return net.JoinHostPort(l.Address, strconv.Itoa(l.port()))
}

// KnownHosts is the path of the file that host keys are kept in, for the
// system's ssh.
func (l Login) KnownHosts() string { return l.Folder.Path(KnownHostsFile) }
