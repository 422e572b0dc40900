// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"
	"unicode"

	"vmprov/internal/guest"
)

// TimeoutError says which probe a guest lacked.
type TimeoutError struct {
	Guest   string
	Probe   string
	After   time.Duration
	Last    error  // the probe's last error
	Hint    string // what to look at next
	Console string // the end of the console log
}

func (e *TimeoutError) Error() string {
	text := fmt.Sprintf("wait for guest `%s`: not ready after %s: probe %s", e.Guest, e.After, e.Probe)
	if e.Last != nil {
		text += ": " + clean(e.Last.Error())
	}
	return text
}

func (e *TimeoutError) Unwrap() error { return e.Last }

// StoppedError says that a guest stopped or crashed while it was waited for.
type StoppedError struct{ Guest, Reason, Console string }

func (e *StoppedError) Error() string {
	return fmt.Sprintf("wait for guest `%s`: it stopped: %s", e.Guest, e.Reason)
}

// advice is what to look at when a probe did not hold in time. The guest is
// left running for it.
func advice(probe string, last error, t Target) string {
	var changed *guest.HostKeyError
	var missing *mountsError
	look := fmt.Sprintf("the guest is left running: look with `vmprov logs %s` or `vmprov console %s`", t.Guest, t.Guest)
	switch {
	case errors.As(last, &changed):
		return "another machine answers at this address, or the guest made a new host key: remove its entry from " + changed.File
	case errors.As(last, &missing):
		return fmt.Sprintf("look in the guest: vmprov ssh %s -- systemctl --failed", t.Guest)
	case errors.Is(last, syscall.ECONNREFUSED):
		return "the guest is up, but no ssh server listens: does the image run one? " + look
	case errors.Is(last, errNoAddress):
		return "the guest has no address yet: does it ask by DHCP on its NIC? " + look
	case isAuth(last):
		return "the guest does not take the key: its image needs systemd 254 or later, or must take in the credential ssh.authorized_keys.root; " + look
	case probe == "agent":
		return "does the image run qemu-guest-agent? " + look
	default:
		return look
	}
}

// isAuth recognises a login that the server refused.
func isAuth(err error) bool {
	var refused *guest.KeyRefusedError
	return errors.As(err, &refused)
}

// maxText bounds what a guest can put into a message.
const maxText = 300

// clean makes text that a guest had a hand in fit for a terminal and a log:
// no control characters, bounded.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsPrint(r):
			return r
		default:
			return -1
		}
	}, text)
	if len(text) > maxText {
		return strings.ToValidUTF8(text[:maxText], "") + "..."
	}
	return text
}
