// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"fmt"
	"strings"
	"unicode"
)

// SSHConfig renders an ssh_config(5) with one Host block a guest, for ssh, scp
// and rsync: its aliases are the guest's name and GUEST.PROJECT.
func SSHConfig(project string, logins []Login) string {
	blocks := make([]string, len(logins))
	for i, l := range logins {
		blocks[i] = hostBlock(project, l)
	}
	return strings.Join(blocks, "\n")
}

func hostBlock(project string, l Login) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Host %s %s.%s\n", l.Guest, l.Guest, project)
	option := func(name, value string) { fmt.Fprintf(&b, "  %s %s\n", name, value) }
	option("HostName", configValue(l.Address))
	if l.port() != sshPort {
		option("Port", fmt.Sprint(l.port()))
	}
	option("User", configValue(l.User))
	option("IdentityFile", configPath(l.Key.PrivatePath))
	option("IdentitiesOnly", "yes")
	option("HostKeyAlias", configValue(l.HostKeyAlias))
	option("UserKnownHostsFile", configPath(l.KnownHosts()))
	// New keys are accepted once, as Dial does, but for a guest that was given its
	// key. Hashed, Dial would not know them again.
	strict := "accept-new"
	if l.HostKey != "" {
		strict = "yes"
	}
	option("StrictHostKeyChecking", strict)
	option("HashKnownHosts", "no")
	// A recycled guest keeps its address and has a new key.
	option("CheckHostIP", "no")
	option("LogLevel", "ERROR")
	return b.String()
}

// configValue quotes a value: within double quotes only they and the backslash
// are special. Control characters could end the line, so they go.
func configValue(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	s = strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`)
	if s != "" && !strings.ContainsAny(s, " \"\\#'=") {
		return s
	}
	return `"` + s + `"`
}

// configPath is a value in which ssh would expand a percent sign.
func configPath(s string) string {
	return configValue(strings.ReplaceAll(s, "%", "%%"))
}
