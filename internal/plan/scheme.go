// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"regexp"
	"strings"

	"vmprov/internal/config"
)

// What a volume of vmprov's is for, as far as its name tells.
const (
	rootVolumeKind    = "root disk"
	dataVolumeKind    = "data disk"
	consoleVolumeKind = "console log"
	kernelVolumeKind  = "kernel"
	initrdVolumeKind  = "initrd"
	hostKeyVolumeKind = "host key"
)

// scheme are the names that vmprov gives to volumes, less the domain's and the
// dot behind it; a data disk's comes last, for its name may be any.
var scheme = []struct {
	kind string
	rest *regexp.Regexp
}{
	{rootVolumeKind, regexp.MustCompile(`^root\.[1-9][0-9]*\.qcow2$`)},
	// virtlogd appends .0, .1 ... to those that it rotates away.
	{consoleVolumeKind, regexp.MustCompile(`^console\.(?:[1-9][0-9]*\.[^/]+\.)?log(?:\.[0-9]+)?$`)},
	{kernelVolumeKind, regexp.MustCompile(`^kernel\.[0-9a-f]{12}$`)},
	{initrdVolumeKind, regexp.MustCompile(`^initrd\.[0-9a-f]{12}$`)},
	{hostKeyVolumeKind, regexp.MustCompile(`^hostkey$`)},
	{dataVolumeKind, regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.(?:qcow2|raw)$`)},
}

// volumeOf reads a volume's name: the guest of the project that it would be of,
// and what for. ok is false for a name that vmprov gives to no volume of it.
func volumeOf(project, volume string) (guest, kind string, ok bool) {
	domain, rest, dotted := strings.Cut(volume, ".")
	guest, ours := strings.CutPrefix(domain, config.DomainName(project, ""))
	if !dotted || !ours || config.CheckName(guest) != nil {
		return "", "", false
	}
	for _, s := range scheme {
		if s.rest.MatchString(rest) {
			return guest, s.kind, true
		}
	}
	return "", "", false
}

// OtherProjects are those that a guest's domain could be of as well: a-b-c is
// guest b-c of project a, or c of a-b.
func OtherProjects(project, guest string) []string {
	domain := config.DomainName(project, guest)
	var out []string
	for i, r := range domain {
		other, rest := domain[:i], domain[min(i+1, len(domain)):]
		if r == '-' && other != project && config.CheckName(other) == nil && config.CheckName(rest) == nil {
			out = append(out, other)
		}
	}
	return out
}
