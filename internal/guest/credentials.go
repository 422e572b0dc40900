// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"encoding/base64"
	"fmt"
	"path"
	"slices"
	"strings"
)

// OEMStrings renders the credentials as SMBIOS OEM strings, which systemd
// takes in as credentials (systemd.system-credentials(7)); public material
// only: who may read the domain's XML may read them. Names and values of the
// configuration are validated before; what an fstab or a unit cannot hold is
// an error all the same.
func OEMStrings(c Credentials) ([]string, error) {
	var out []string
	if c.HostName != "" {
		out = append(out, credential("system.hostname", c.HostName))
	}
	if len(c.AuthorizedKeys) > 0 {
		keys := strings.Join(c.AuthorizedKeys, "\n") + "\n"
		out = append(out, credential(keyCredential(c.User), keys))
	}
	fstab, err := fstab(c.Mounts)
	if err != nil {
		return nil, err
	}
	if fstab != "" {
		out = append(out, credential("fstab.extra", fstab))
	}
	for _, m := range c.Mounts {
		if m.Makefs && len(m.MkfsArgs) > 0 {
			name, unit, err := mkfsUnit(m)
			if err != nil {
				return nil, err
			}
			out = append(out, credential("systemd.extra-unit."+name, unit))
		}
	}
	return out, nil
}

// keyCredential is where a user's keys go: systemd has a credential of its own
// for root, and one for whoever logs in (systemd 256, systemd-ssh-generator).
func keyCredential(user string) string {
	if user == "" || user == "root" {
		return "ssh.authorized_keys.root"
	}
	return "ssh.ephemeral-authorized_keys-all"
}

// credential is one OEM string; a value that is not one line of printable
// ASCII goes as base64.
func credential(name, value string) string {
	for _, b := range []byte(value) {
		if b < 0x20 || b > 0x7e {
			return "io.systemd.credential.binary:" + name + "=" + base64.StdEncoding.EncodeToString([]byte(value))
		}
	}
	return "io.systemd.credential:" + name + "=" + value
}

// sshUnits start after every mount, so that a login sees them all and none is
// made under an early one. Debian calls the service ssh, others sshd.
var sshUnits = []string{"ssh.service", "sshd.service", "ssh.socket", "sshd.socket"}

// fstab is the text of fstab(5). nofail and a short device timeout keep a
// missing device from stopping the boot.
func fstab(mounts []Mount) (string, error) {
	var b strings.Builder
	for _, m := range mounts {
		options := []string{"nofail"}
		if m.ReadOnly {
			options = append(options, "ro")
		}
		if m.Type != "virtiofs" {
			options = append(options, "x-systemd.device-timeout=15s")
		}
		if m.Makefs && len(m.MkfsArgs) == 0 {
			options = append(options, "x-systemd.makefs")
		}
		for _, unit := range sshUnits {
			options = append(options, "x-systemd.before="+unit)
		}
		device, err := fstabField(m.Device)
		if err != nil {
			return "", err
		}
		target, err := fstabField(m.Target)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %s %s %s 0 0\n", device, target, m.Type, strings.Join(options, ","))
	}
	return b.String(), nil
}

// fstabField escapes what separates fields (getmntent(3)).
func fstabField(text string) (string, error) {
	if text == "" || strings.ContainsAny(text, "\n\r\x00") {
		return "", fmt.Errorf("render mount `%q`: fstab cannot hold it", text)
	}
	return strings.NewReplacer(`\`, `\134`, " ", `\040`, "\t", `\011`).Replace(text), nil
}

// mkfsUnit is a unit that makes a file system with arguments on a blank disk,
// between the disk and its mount. It needs systemd 256 in the guest.
func mkfsUnit(m Mount) (name, unit string, err error) {
	name = "vmprov-mkfs-" + strings.ReplaceAll(path.Base(m.Device), "_", "-") + ".service"
	args := make([]string, 0, len(m.MkfsArgs))
	for _, arg := range m.MkfsArgs {
		quoted, err := unitQuote(arg)
		if err != nil {
			return "", "", err
		}
		args = append(args, quoted)
	}
	device, err := unitQuote(m.Device)
	if err != nil {
		return "", "", err
	}
	lines := []string{
		"[Unit]",
		"Description=Make a file system on " + strings.ReplaceAll(m.Device, "%", "%%"),
		"DefaultDependencies=no",
		"BindsTo=" + unitPath(m.Device, "device"),
		"After=" + unitPath(m.Device, "device"),
		"Before=" + unitPath(m.Target, "mount"),
		"[Service]",
		"Type=oneshot",
		"RemainAfterExit=yes",
		// blkid exits 2 when it finds nothing on the device: only then mkfs runs.
		fmt.Sprintf("ExecCondition=/bin/sh -c 'blkid --probe \"$1\"; [ $? -eq 2 ]' sh %s", device),
		"ExecStart=mkfs." + m.Type + " " + strings.Join(append(args, device), " "),
		"[Install]",
		"RequiredBy=" + unitPath(m.Target, "mount"),
	}
	return name, strings.Join(slices.Concat(lines, []string{""}), "\n"), nil
}

// unitQuote quotes one word of an Exec line (systemd.service(5)).
func unitQuote(word string) (string, error) {
	if strings.ContainsAny(word, "\n\r\x00") {
		return "", fmt.Errorf("render mkfs argument `%q`: a unit cannot hold it", word)
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "$", "$$").Replace(word) + `"`, nil
}

// unitPath is the name of the unit of a path (systemd.unit(5), string escaping).
func unitPath(p, suffix string) string {
	p = strings.Trim(path.Clean(p), "/")
	if p == "" {
		return "-." + suffix
	}
	var b strings.Builder
	for i := range len(p) {
		switch c := p[i]; {
		case c == '/':
			b.WriteByte('-')
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == ':', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String() + "." + suffix
}
