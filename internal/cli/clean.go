// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"strings"
	"unicode"

	"vmprov/internal/foreign"
)

// clean makes foreign text safe for a terminal and for a log: terminal
// sequences go, tabs become spaces, and any other control or direction mark is
// shown as its code. Line ends stay.
func clean(s string) string {
	if !strings.ContainsFunc(s, unsafeRune) && !strings.ContainsRune(s, unicode.ReplacementChar) {
		return s
	}
	s = foreign.WithoutSequences(strings.ReplaceAll(s, "\r\n", "\n"))
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteRune(r)
		case r == '\t':
			b.WriteString("    ")
		case unsafeRune(r):
			fmt.Fprintf(&b, "<%02x>", r)
		default:
			b.WriteRune(r) // a byte that is no UTF-8 has become U+FFFD
		}
	}
	return b.String()
}

// cleanLine is clean for a place that holds one line: the first that is not empty.
func cleanLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(clean(s)), "\n")
	return strings.TrimSpace(line)
}

// unsafeRune: controls (C0, DEL, C1) and format characters, which among
// others turn the direction of a text around.
func unsafeRune(r rune) bool {
	return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf)
}
