// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"vmprov/internal/config"
)

// keptLogs is how many boots of a guest have their console log kept.
const keptLogs = 5

// ConsoleVolume is the volume of the guest's current console log.
func (m Mark) ConsoleVolume(domain string) string {
	return cmp.Or(m.Console, config.ConsoleVolumeName(domain))
}

// logged is the mark of a guest that boots anew. One whose kernel is known gets
// a console log of its own for each boot, with the kernel's release in its name.
func (s *sequence) logged(m Mark) Mark {
	if m.Base.Boot == nil || m.Base.Boot.Release == "" {
		m.Console = ""
		return m
	}
	m.Boots++
	m.Console = fmt.Sprintf("%s.console.%d.%s.log", s.domain, m.Boots, m.Base.Boot.Release)
	return m
}

// ConsoleLogs are the volumes of a guest's console logs that its mark owns, the
// oldest boot first.
func (m Mark) ConsoleLogs(domain string) []string {
	var out []string
	for _, v := range m.Volumes {
		if v.Disk == "" && strings.HasPrefix(v.Name, domain+".console.") {
			out = append(out, v.Name)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Compare(BootOf(domain, a), BootOf(domain, b)) })
	return out
}

// BootOf is the number of the boot that a console log is of; 0 for one that
// is of all boots.
func BootOf(domain, volume string) int {
	number, _, _ := strings.Cut(strings.TrimPrefix(volume, domain+".console."), ".")
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	return n
}

// oldLogs are console logs of boots that are long ago.
func (s *sequence) oldLogs(m Mark) []string {
	logs := slices.DeleteFunc(m.ConsoleLogs(s.domain), func(name string) bool { return name == m.ConsoleVolume(s.domain) })
	return logs[:max(0, len(logs)-keptLogs+1)]
}

// rotatedLogs are the volumes that virtlogd rotated away of console logs
// (NAME.0, NAME.1 ...).
func (s *sequence) rotatedLogs(logs []string) []string {
	var out []string
	for _, volume := range sortedKeys(s.pool.Volumes) {
		dot := strings.LastIndexByte(volume, '.')
		if dot < 0 || !slices.Contains(logs, volume[:dot]) {
			continue
		}
		if suffix := volume[dot+1:]; suffix != "" && strings.Trim(suffix, "0123456789") == "" {
			out = append(out, volume)
		}
	}
	return out
}
