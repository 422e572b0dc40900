// SPDX-License-Identifier: Apache-2.0

package foreign

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"plain ü":                         "plain ü",
		"one\n\ttwo\r":                    "one  two ",
		"\x1b[1;31mred\x1b[0m":            "red",
		"\x1b]0;title\x07a\x1b]0;b\x1b\\": "a",
		"\x1bcreset":                      "reset",
		"half \x1b":                       "half ?",
		"\a\x7f\u009b31m\u202e\xff":       "???31m??",
		"123456789":                       "123456789",
		"1234567890":                      "1234567890",
		"":                                "",
	} {
		assert.Equal(t, Line(text, 10), want, "%q", text)
	}
	assert.Equal(t, Line(strings.Repeat("ü", 11), 10), strings.Repeat("ü", 10)+"…")
}
