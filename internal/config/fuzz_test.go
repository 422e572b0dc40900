// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// FuzzParse: whatever the bytes, Parse gives a file or faults, and faults have
// a place in the file.
func FuzzParse(f *testing.F) {
	for _, tc := range badCases {
		f.Add([]byte(tc.yaml))
	}
	seeds, err := filepath.Glob("testdata/*.yaml")
	assert.NilError(f, err)
	assert.Assert(f, len(seeds) > 0)
	for _, seed := range seeds {
		data, err := os.ReadFile(seed)
		assert.NilError(f, err)
		f.Add(data)
		for _, piece := range pieces(string(data)) {
			f.Add([]byte(piece))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data, testEnvironment)
		if err == nil {
			assert.Assert(t, len(file.Guests) > 0)
			for _, g := range file.Guests {
				checkGuest(t, g)
			}
			return
		}
		var faults Faults
		assert.Assert(t, errors.As(err, &faults) && len(faults) > 0)
		for _, fault := range faults {
			assert.Assert(t, fault.Message != "", "%#v", fault)
			assert.Assert(t, len(data) > maxBytes || isInside(fault, data), "%#v", fault)
		}
	})
}

// pieces are the guests of a file, each in a file of its own.
func pieces(text string) []string {
	before, guests, _ := strings.Cut(text, "\nguests:\n")
	var out []string
	for _, guest := range regexp.MustCompile(`(?m)^  [a-z]+:`).FindAllStringIndex(guests, -1) {
		body := guests[guest[0]:]
		if next := regexp.MustCompile(`(?m)^  [a-z]+:`).FindStringIndex(body[1:]); next != nil {
			body = body[:next[0]+1]
		}
		out = append(out, before+"\nguests:\n"+body)
	}
	return out
}

// isInside says that a fault stands at a character of the file, or just behind
// the last one of a line.
func isInside(fault Fault, data []byte) bool {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data)), "\n")
	if fault.Line < 1 || fault.Line > len(lines) || fault.Col < 1 {
		return false
	}
	return fault.Col <= len([]rune(lines[fault.Line-1]))+1
}

// checkGuest holds a loaded guest to what its readers count on.
func checkGuest(t *testing.T, g Guest) {
	t.Helper()
	names := map[string]bool{}
	for _, d := range g.Disks {
		assert.Assert(t, d.Count == nil && d.Persist != nil && d.Bus != "" && d.Format != "" && d.Discard != "", "%#v", d)
		assert.Assert(t, !names[d.Name], d.Name)
		names[d.Name] = true
		assert.Assert(t, d.Path != "" || d.Image != "" || d.Size > 0, "%#v", d)
		serial, nsid, _ := d.NamespaceOf(g)
		assert.Assert(t, serial != "" && len(serial) <= maxSerial, serial)
		assert.Assert(t, nsid <= maxNamespaces && (nsid > 0) == (d.Bus == BusNVMe), "%d", nsid)
	}
	text, err := json.Marshal(g)
	assert.NilError(t, err)
	var back Guest
	assert.NilError(t, json.Unmarshal(text, &back))
	assert.Equal(t, len(Compare(g, back)), 0)
}
