// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"vmprov/internal/config"
	"vmprov/internal/guest"
)

// advice is what to look at when a probe did not hold in time. The guest is
// left running for it.
func advice(probe string, last error, t Target) string {
	look := fmt.Sprintf("the guest is left running: look with `vmprov logs %s` or `vmprov console %s`", t.Guest, t.Guest)
	var missing *mountsError
	var failed *exitError
	var greeting *guest.IdentifyError
	switch {
	case errors.As(last, &missing):
		return fmt.Sprintf("mounts come with the credential fstab.extra (systemd 254; mkfs arguments 256); look in the guest: `vmprov ssh %s -- systemctl status '*.mount'`", t.Guest)
	case errors.As(last, &failed):
		return fmt.Sprintf("run it by hand: `vmprov ssh %s -- %s`", t.Guest, strings.TrimSpace(failed.command))
	case errors.Is(last, errNoAddress):
		return "the guest has no address yet: does it ask by DHCP on its NIC? " + look
	case errors.Is(last, syscall.ECONNREFUSED):
		return "the guest is up, but no ssh server listens: does the image run one? " + look
	case isRefused(last):
		return "the guest does not take the key: its image needs systemd 252 or later, or must take in the credential " + keyCredential(t.Login.User) + "; " + look
	case errors.As(last, &greeting):
		return "something takes connections on the ssh port and is no ssh server that works; " + look
	case isTimeout(last):
		return look + "; nothing answers at its address: it is still booting, or without a network"
	case probe == string(config.ProbeAgent):
		return "does the image run qemu-guest-agent? " + look
	default:
		return look
	}
}

func keyCredential(user string) string {
	if user == "" || user == "root" {
		return "ssh.authorized_keys.root"
	}
	return "tmpfiles.extra"
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout() || errors.Is(err, syscall.EHOSTUNREACH)
}
