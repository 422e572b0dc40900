// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"fmt"
	"strings"

	"vmprov/internal/foreign"
)

// mkfsPath finds mkfs on NixOS, whose units have no PATH to speak of, and
// everywhere else.
const mkfsPath = "/run/current-system/sw/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// mkfsScript runs its arguments if the device in $0 is blank: blkid -p exits 2
// when it finds no signature of a file system or a partition table. It is a
// constant: what the user says comes in as arguments only.
const mkfsScript = `blkid -p "$0" && exit 0; [ $? -eq 2 ] || exit 1; exec "$@"`

// mkfsUnit is a service that makes the file system of a blank disk with the
// user's arguments, which x-systemd.makefs cannot pass on. It is free of the
// default dependencies, as it comes before the sockets that those wait for.
func mkfsUnit(m Mount) string {
	unit := unitFromPath(m.Device) + ".device"
	argv := append([]string{"/bin/sh", "-c", mkfsScript, m.Device, "mkfs." + m.Type}, m.MkfsArgs...)
	argv = append(argv, m.Device)
	return fmt.Sprintf(`[Unit]
Description=Make file system %s on %s
DefaultDependencies=no
Requires=%s
After=%s systemd-remount-fs.service
Conflicts=shutdown.target
Before=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
TimeoutStartSec=infinity
Environment=PATH=%s
ExecStart=%s
`, m.Type, unitText(m.Device), unit, unit, mkfsPath, unitCommand(argv))
}

// unitText is free text in a unit file: one line, no specifier.
func unitText(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(foreign.Line(s, 200), "%", "%%"), `\`, `\\`)
}

// unitCommand quotes an argv for ExecStart= (systemd.service(5), "COMMAND
// LINES"): C escapes within double quotes, and neither specifiers nor variables.
func unitCommand(argv []string) string {
	quoted := make([]string, len(argv))
	for i, arg := range argv {
		quoted[i] = unitArgument(arg)
	}
	return strings.Join(quoted, " ")
}

func unitArgument(arg string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(arg) {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '%' || c == '$':
			b.WriteByte(c)
			b.WriteByte(c)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// unitFromPath is a path as the name of a unit without its suffix
// (systemd.unit(5), "STRING ESCAPING FOR INCLUSION IN UNIT NAMES").
func unitFromPath(p string) string {
	var b strings.Builder
	for i, c := range []byte(strings.Trim(p, "/")) {
		switch {
		case c == '/':
			b.WriteByte('-')
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == ':', c == '_', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String()
}
