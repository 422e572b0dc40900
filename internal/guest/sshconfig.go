// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"fmt"
	"strings"
)

// SSHConfig renders an ssh_config(5) with one Host block a guest, for ssh, scp
// and rsync: its aliases are the guest's name and GUEST.PROJECT.
func SSHConfig(project string, logins []Login) string {
	var b strings.Builder
	for _, l := range logins {
		fmt.Fprintf(&b, "Host %s %s.%s\n", l.Guest, l.Guest, project)
		option(&b, "HostName", l.Address)
		if l.Port != 0 {
			option(&b, "Port", fmt.Sprint(l.Port))
		}
		option(&b, "User", l.User)
		option(&b, "IdentityFile", l.Key.PrivatePath)
		option(&b, "IdentitiesOnly", "yes")
		option(&b, "HostKeyAlias", l.HostKeyAlias)
		option(&b, "UserKnownHostsFile", l.Folder.Path(KnownHostsFile))
		// A guest's first key is accepted, a changed one refused.
		option(&b, "StrictHostKeyChecking", "accept-new")
		// vmprov reads the file too, and a recycled guest keeps its address.
		option(&b, "HashKnownHosts", "no")
		option(&b, "CheckHostIP", "no")
		option(&b, "LogLevel", "ERROR")
	}
	return b.String()
}

// option writes one line. Words are split as a shell does it, with quotes and
// backslashes (OpenSSH 8.7 and later; before, a quote could not be written),
// and a percent sign starts a token.
func option(b *strings.Builder, name, value string) {
	if name == "IdentityFile" || name == "UserKnownHostsFile" {
		value = strings.ReplaceAll(value, "%", "%%")
	}
	if strings.ContainsAny(value, " \t\"'\\#") {
		value = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
	}
	fmt.Fprintf(b, "  %s %s\n", name, value)
}
