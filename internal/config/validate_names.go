// SPDX-License-Identifier: Apache-2.0

package config

import "regexp"

const (
	maxLabel  = 63
	maxGuests = 4096
)

var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

const labelRule = "must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got %s"

// label checks a value that names something.
func (v validator) label(path, name string) {
	if !label.MatchString(name) {
		v.value(path, labelRule, quote(name))
	}
}

// name checks a key that names something.
func (v validator) name(path, name string) {
	if !label.MatchString(name) {
		v.key(path, labelRule, quote(name))
	}
}

// counts checks how many guests there are, before anything counts to them.
func (v validator) counts() bool {
	if v.layout.said("defaults.count") {
		v.key("defaults.count", "must be given for each guest, not as a default")
	}
	if len(v.families) == 0 {
		v.value("guests", "must have at least one guest")
	}
	total, ok := 0, true
	for _, f := range v.families {
		if f.count < 1 || f.count > maxGuests {
			v.value(join("guests", f.name)+".count", "must be 1 to %d, got %d", maxGuests, f.count)
			ok = false
			continue
		}
		total += f.count
	}
	if total > maxGuests {
		v.key("guests", "must be at most %d in all, got %d", maxGuests, total)
		ok = false
	}
	return ok
}

// guestNames checks the names of the guests and that each names one thing.
func (v validator) guestNames() {
	owner := map[string]string{}
	for _, f := range v.families {
		v.guestName(f)
		for _, name := range f.guestNames() {
			if other, taken := owner[name]; taken {
				v.key(join("guests", f.name), "must not have the guest %s, which %s has too", quote(name), quote(other))
				continue
			}
			owner[name] = f.name
		}
	}
	for _, f := range v.families {
		// A counted family's name selects all its guests, so no guest of another may have it.
		if other, taken := owner[f.name]; taken && other != f.name && f.counted {
			v.key(join("guests", f.name), "must not be the name of a guest of %s, got %s", quote(other), quote(f.name))
		}
	}
}

func (v validator) guestName(f family) {
	path := join("guests", f.name)
	if !label.MatchString(f.name) {
		v.name(path, f.name)
		return
	}
	domain := DomainName(v.file.Project, f.longestName())
	if len(domain) > maxLabel && !v.isBroken("project") {
		v.key(path, "must be shorter: with the project's name it may have at most %d characters, got %d in %s", maxLabel, len(domain), quote(domain))
	}
}
