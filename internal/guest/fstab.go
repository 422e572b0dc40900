// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"fmt"
	"path"
	"regexp"
	"strings"
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

// loginUnits are what lets somebody log in by ssh: Debian's ssh.*, everybody
// else's sshd.*, as a service and as a socket. Ordering before a unit that
// does not exist does nothing.
var loginUnits = []string{"ssh.service", "sshd.service", "ssh.socket", "sshd.socket"}

var fsType = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

// mountCredentials brings the mounts: all of them in one fstab.extra, and a
// unit for each disk whose mkfs has arguments.
func mountCredentials(mounts []Mount) ([]credential, error) {
	var fstab strings.Builder
	var units []credential
	for i, m := range mounts {
		if err := m.check(); err != nil {
			return nil, err
		}
		unit := ""
		if m.Makefs && len(m.MkfsArgs) > 0 {
			unit = fmt.Sprintf("vmprov-mkfs-%d.service", i+1)
			units = append(units, credential{"systemd.extra-unit." + unit, mkfsUnit(m)})
		}
		fstab.WriteString(m.fstabLine(unit))
	}
	if len(mounts) == 0 {
		return nil, nil
	}
	return append([]credential{{"fstab.extra", fstab.String()}}, units...), nil
}

// check refuses what would make another line of fstab than the one meant.
func (m Mount) check() error {
	switch {
	case m.Device == "":
		return fmt.Errorf("render mount of %q: it has no device", m.Target)
	case !path.IsAbs(m.Target) || strings.ContainsRune(m.Target+m.Device, 0):
		return fmt.Errorf("render mount of %q: target %q is no absolute path", m.Device, m.Target)
	case !fsType.MatchString(m.Type):
		return fmt.Errorf("render mount of %q on %s: %q is no file system type", m.Device, m.Target, m.Type)
	}
	return nil
}

// fstabLine is a line of fstab(5) with the options of systemd.mount(5). The
// mount needs mkfs, a unit that makes the file system, where that is not empty.
func (m Mount) fstabLine(mkfs string) string {
	return strings.Join([]string{
		fstabField(m.Device), fstabField(path.Clean(m.Target)), m.Type, strings.Join(m.options(mkfs), ","), "0", "0",
	}, " ") + "\n"
}

func (m Mount) options(mkfs string) []string {
	// nofail takes the mount out of what the boot waits for, and with that out
	// of the order before a login; x-systemd.before puts it back there. How long
	// a disk is waited for is systemd's own 90 s or what the guest sets: a busy
	// guest without KVM was seen to need more than 30 s to find one that is there.
	out := []string{"defaults", "nofail"}
	if m.ReadOnly {
		out = append(out, "ro")
	}
	switch {
	case mkfs != "":
		out = append(out, "x-systemd.requires="+mkfs)
	case m.Makefs:
		out = append(out, "x-systemd.makefs")
	}
	for _, unit := range loginUnits {
		out = append(out, "x-systemd.before="+unit)
	}
	return out
}

// fstabField escapes what would end or start something in fstab(5): blanks,
// control characters, the backslash itself and a comment's hash.
func fstabField(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c == 0x7f || c == '\\' || c == '#' {
			fmt.Fprintf(&b, `\%03o`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
