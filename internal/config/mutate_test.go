// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"os"
	"regexp"
	"testing"

	"gotest.tools/v3/assert"
)

// scalarValue finds the values of a configuration, each behind its key or in a list.
var scalarValue = regexp.MustCompile(`([:\[,-] )([^\s,{}\[\]#&*|"]+)`)

// oddValues are what a value may be mistaken for.
var oddValues = []string{"0", "-1", "9223372036854775807", "18446744073709551616", "7EiB", "1.5", `""`, "null", "true", "[]", "{}", "[x]", "{x: 1}", "'{index}'", "\"\\u00e9\\x01\""}

// TestOddValues puts an odd value in place of each value of the vocabulary in
// turn: whatever it is, Parse gives a file or faults with a place.
func TestOddValues(t *testing.T) {
	data, err := os.ReadFile("testdata/full.yaml")
	assert.NilError(t, err)
	refused, taken := 0, 0
	for _, piece := range pieces(string(data)) {
		for i, at := range scalarValue.FindAllStringSubmatchIndex(piece, -1) {
			odd := piece[:at[4]] + oddValues[i%len(oddValues)] + piece[at[5]:]
			if checkOdd(t, odd) {
				taken++
			} else {
				refused++
			}
		}
	}
	assert.Assert(t, refused > 100 && taken > 10, "refused %d, taken %d", refused, taken)
}

// FuzzOddValue replaces a value of one piece of the vocabulary by any text.
func FuzzOddValue(f *testing.F) {
	data, err := os.ReadFile("testdata/full.yaml")
	assert.NilError(f, err)
	all := pieces(string(data))
	for i := range all {
		for j, odd := range oddValues {
			f.Add(uint8(i), uint16(j*7), odd)
		}
	}
	f.Fuzz(func(t *testing.T, piece uint8, place uint16, odd string) {
		text := all[int(piece)%len(all)]
		places := scalarValue.FindAllStringSubmatchIndex(text, -1)
		at := places[int(place)%len(places)]
		checkOdd(t, text[:at[4]]+odd+text[at[5]:])
	})
}

// checkOdd is whether a configuration is taken, which it is or has faults.
func checkOdd(t *testing.T, text string) bool {
	t.Helper()
	file, err := Parse([]byte(text), testEnvironment)
	if err == nil {
		for _, g := range file.Guests {
			checkGuest(t, g)
		}
		return true
	}
	var faults Faults
	assert.Assert(t, errors.As(err, &faults))
	for _, fault := range faults {
		assert.Assert(t, len(text) > maxBytes || isInside(fault, []byte(text)), "%#v in\n%s", fault, text)
	}
	return false
}
