// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"strings"
	"unicode"
)

// Printable makes one line of text from somebody else fit for a terminal and
// a log: what does not print (escape sequences, other control characters,
// marks that reorder text) becomes a question mark, line ends and tabs become
// blanks, and more than most characters are cut off.
func Printable(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(text) {
		if n++; n > most {
			b.WriteString("…")
			break
		}
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case r != unicode.ReplacementChar && unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}
