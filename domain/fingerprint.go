// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
)

// Fingerprint is a SHA-256, in hex, over all that a domain's inactive XML says
// beside its <metadata>. The XML must be as libvirt gave it back, not as it
// was rendered: libvirt fills in addresses and defaults. For one version of
// libvirt it stays the same over starts, metadata changes and reloads, and
// changes with any other edit; another version may write the same domain
// differently. It is taken over the same parts that Difference compares, so
// that two fingerprints differ exactly where Difference has something to say.
func Fingerprint(inactiveXML string) (string, error) {
	domain, err := parseDomain(inactiveXML)
	if err != nil {
		return "", fmt.Errorf("fingerprint domain: %w", err)
	}
	all := parts(domain)
	// The text itself would not do: libvirt keeps controllers that it adds
	// behind the others until it reads its own XML again at the first start,
	// and groups them by type then.
	slices.SortFunc(all, func(a, b part) int { return cmp.Compare(a.label, b.label) })
	sum := sha256.New()
	for _, p := range all {
		for _, l := range p.element.leaves() {
			writeStrings(sum, p.label, l.path, l.value)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// writeStrings ends each string with a byte that XML cannot hold, so that no
// two lists of strings look alike.
func writeStrings(w io.Writer, texts ...string) {
	for _, t := range texts {
		_, _ = io.WriteString(w, t+"\x00") // A hash takes every write.
	}
}
