// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"strings"
)

// unit is a systemd unit as a file.
type unit struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// nightly is a recycle that systemd runs by a timer.
type nightly struct {
	program, config, project string
	guests                   []string
	calendar                 string
	// mounts says that vmprov may bind a read-only view of a folder for virtiofsd.
	mounts bool
}

func (n nightly) name() string { return "vmprov-" + n.project }

func (n nightly) units() []unit {
	return []unit{
		{n.name() + ".service", n.service()},
		{n.name() + ".timer", n.timer()},
		{failedName, failed},
	}
}

func (n nightly) service() string {
	words := []string{n.program, "recycle", n.config}
	words = append(words, n.guests...)
	words = append(words, "--build", "--wait-lock", "30m")
	for i, word := range words {
		words[i] = unitWord(word)
	}
	return fmt.Sprintf(`[Unit]
Description=Give the guests of %[1]s a new root disk
Documentation=man:systemd.timer(5)
Wants=network-online.target
After=network-online.target libvirtd.service virtqemud.service nix-daemon.service
OnFailure=vmprov-failed@%%n.service

[Service]
Type=oneshot
# Root acts for the owner of the file: his key, his state folder, his nix build.
User=root
ExecStart=%[2]s
# SIGTERM ends it as an interrupt does: the step under way is finished, and the
# next command carries on.
KillMode=mixed
TimeoutStartSec=6h
TimeoutStopSec=5min
UMask=0022

NoNewPrivileges=yes
CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_KILL CAP_SETGID CAP_SETUID CAP_SYS_ADMIN
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictRealtime=yes
SystemCallArchitectures=native
%[3]s`, n.project, strings.Join(words, " "), n.view())
}

// view is how much of the host's files the service sees. What is hidden or
// read-only to a service is so by a mount namespace, and a read-only view that
// is mounted in one would be seen by vmprov and not by libvirtd.
func (n nightly) view() string {
	if n.mounts {
		return `# Nothing that gives the service mounts of its own (ProtectSystem= and the like):
# guests that boot from the host's store need read-only views that libvirtd sees.
`
	}
	return `ProtectSystem=full
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelTunables=yes
`
}

func (n nightly) timer() string {
	return fmt.Sprintf(`[Unit]
Description=Recycle the guests of %s by the calendar

[Timer]
OnCalendar=%s
# A host that was off at that time makes it up when it is on again.
Persistent=true
RandomizedDelaySec=5min

[Install]
WantedBy=timers.target
`, n.project, unitText(n.calendar))
}

const failedName = "vmprov-failed@.service"

// failed is started with the name of the unit that failed, and told its
// invocation (systemd 251 and later), so that the mail holds that run alone.
const failed = `[Unit]
Description=Mail what %i has said

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'journalctl --no-pager --output=short-iso _SYSTEMD_INVOCATION_ID="$$MONITOR_INVOCATION_ID" | mail -s "%i failed on %H" root'
`

// unitText is a text in which systemd expands nothing.
func unitText(text string) string { return strings.ReplaceAll(text, "%", "%%") }

var unitEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `'`, `\'`, "\n", `\n`, "\t", `\t`, "$", "$$", "%", "%%")

// unitWord is one word of a command line (systemd.service(5), "Command lines").
func unitWord(word string) string {
	escaped := unitEscapes.Replace(word)
	if escaped == word && word != "" && !strings.ContainsAny(word, " ;#") {
		return word
	}
	return `"` + escaped + `"`
}
