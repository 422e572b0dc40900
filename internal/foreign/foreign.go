// SPDX-License-Identifier: Apache-2.0

// Package foreign makes text that somebody else had a hand in, such as a guest,
// nix or another process, fit for a terminal and a log.
package foreign

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// sequences are the terminal sequences of ECMA-48: CSI, OSC and the like up to
// their terminator, and two-character ones.
var sequences = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\x1b(\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(\x07|\x1b\\)|[ -/]*[0-~])`)
})

// WithoutSequences is a text without the sequences that a terminal would act
// on. What is left may still hold single control characters.
func WithoutSequences(text string) string {
	if !strings.ContainsRune(text, '\x1b') {
		return text
	}
	return sequences().ReplaceAllString(text, "")
}

// Line is a text in one line of at most most characters, and an ellipsis where
// there were more: terminal sequences go, line ends and tabs become blanks, and
// what else does not print (control characters, marks that reorder text, bytes
// that are no UTF-8) becomes a question mark.
func Line(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range WithoutSequences(text) {
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
