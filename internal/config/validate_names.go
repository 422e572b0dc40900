// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"regexp"
	"strings"
)

// maxLabel is the length of a DNS label (RFC 1035), which a domain's name is kept to.
const maxLabel = 63

var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// numberEnd is how a counted guest's name ends.
var numberEnd = regexp.MustCompile(`(^|-)[0-9]+$`)

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

// guestNames checks the names of the guests and that each names one thing.
func (v validator) guestNames() {
	owner := map[string]string{}
	for _, f := range v.families {
		v.guestName(f)
		if name, ok := strings.CutPrefix(f.name, f.key+"-"); ok && numberEnd.MatchString(name) {
			v.key(f.path(), "must not end in a number as the name of a variant, which is how guests are counted, got %s", quote(name))
		}
		if at := f.path() + ".variants"; f.name != f.key && v.layout.said(at) {
			v.key(at, "must not be given in a variant, which has no variants of its own")
		}
		for _, name := range f.guestNames() {
			if other, taken := owner[name]; taken {
				v.key(f.path(), "must not have the guest %s, which %s has too", quote(name), quote(other))
				continue
			}
			owner[name] = f.name
		}
	}
	for _, f := range v.families {
		// A counted family's name selects all its guests, so no guest of another may have it.
		if other, taken := owner[f.name]; taken && other != f.name && f.counted {
			v.key(f.path(), "must not be the name of a guest of %s, got %s", quote(other), quote(f.name))
		}
	}
}

func (v validator) guestName(f family) {
	path := f.path()
	if !label.MatchString(f.name) {
		v.name(path, f.name)
		return
	}
	domain := DomainName(v.file.Project, f.longestName())
	if len(domain) > maxLabel && !v.isBroken("project") {
		v.key(path, "must be shorter: with the project's name it may have at most %d characters, got %d in %s", maxLabel, len(domain), quote(domain))
	}
}

// CheckName says whether a name that did not come from a file can name a project.
func CheckName(name string) error {
	if !label.MatchString(name) {
		return fmt.Errorf(labelRule, quote(name))
	}
	return nil
}
