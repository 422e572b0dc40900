// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"

	"vmprov/internal/foreign"
)

// loginName is a user name that is safe as a field of tmpfiles.d(5), where a
// blank would end it and a percent sign begin a specifier.
var loginName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,31}$`)

// keyCredentials brings keys to a user.
//
// Root has a credential of its own, ssh.authorized_keys.root, which writes
// /root/.ssh/authorized_keys where it is missing. systemd has none for other
// users (ssh.ephemeral-authorized_keys-all is read by the sshd on vsock and
// local sockets only that systemd starts itself, never by the one on port 22),
// so tmpfiles.extra writes the same file below /home/USER.
//
// Neither touches a file that is there, as it may be the image's own. So that a
// key that is added later comes in at the next boot, the keys also go to
// authorized_keys2, written anew at each boot, which OpenSSH reads unless its
// AuthorizedKeysFile says otherwise.
func keyCredentials(user string, keys []string) ([]credential, error) {
	text, err := authorizedKeys(keys)
	if err != nil || text == "" {
		return nil, err
	}
	if user == "" || user == "root" {
		return []credential{
			{"ssh.authorized_keys.root", text},
			{"tmpfiles.extra", renewedKeys("/root", "root", text)},
		}, nil
	}
	if !loginName.MatchString(user) {
		return nil, fmt.Errorf("render credentials: %q is no login name; set ssh.user to one of letters, digits, _, . and -", user)
	}
	home := "/home/" + user
	rules := fmt.Sprintf("d %s/.ssh 0700 %s - -\n", home, user) +
		tmpfilesLine("f~", home+"/.ssh/authorized_keys", user, text) +
		renewedKeys(home, user, text)
	return []credential{{"tmpfiles.extra", rules}}, nil
}

func renewedKeys(home, user, text string) string {
	return tmpfilesLine("f+~", home+"/.ssh/authorized_keys2", user, text)
}

// tmpfilesLine is a line of tmpfiles.d(5) that writes a private file; the
// tilde in kind says that its content is in base64.
func tmpfilesLine(kind, path, user, content string) string {
	return fmt.Sprintf("%s %s 0600 %s - - %s\n", kind, path, user, base64.StdEncoding.EncodeToString([]byte(content)))
}

// authorizedKeys joins lines of authorized_keys, each key once.
func authorizedKeys(keys []string) (string, error) {
	var b strings.Builder
	seen := map[string]bool{}
	for _, key := range keys {
		key = strings.TrimSpace(key)
		if key == "" || seen[key] {
			continue
		}
		if strings.ContainsAny(key, "\n\r\x00") {
			return "", fmt.Errorf("render credentials: an authorized key is more than one line: %s", foreign.Line(key, 60))
		}
		seen[key] = true
		b.WriteString(key + "\n")
	}
	return b.String(), nil
}
