// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"os"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

// testEnvironment is a file of another user than the one who runs the tests.
var testEnvironment = Environment{
	File: "/srv/lab/vmprov.yaml", Shown: "vmprov.yaml",
	Owner: Owner{UID: 1000, GID: 1000, Name: "ada", Home: "/home/ada"},
}

// mustParse is the file that a good configuration means.
func mustParse(t *testing.T, yaml string) *File {
	t.Helper()
	file, err := Parse([]byte(yaml), testEnvironment)
	assert.NilError(t, err)
	return file
}

func TestParseFull(t *testing.T) {
	data, err := os.ReadFile("testdata/full.yaml")
	assert.NilError(t, err)
	file := mustParse(t, string(data))
	text, err := json.MarshalIndent(file, "", "  ")
	assert.NilError(t, err)
	golden.Assert(t, string(text)+"\n", "full.golden.json")
}

func TestParseIsRepeatable(t *testing.T) {
	data, err := os.ReadFile("testdata/full.yaml")
	assert.NilError(t, err)
	first := mustParse(t, string(data))
	for range 5 {
		assert.DeepEqual(t, mustParse(t, string(data)), first)
	}
}

func TestGuestJSONRoundTrips(t *testing.T) {
	data, err := os.ReadFile("testdata/full.yaml")
	assert.NilError(t, err)
	for _, guest := range mustParse(t, string(data)).Guests {
		text, err := json.Marshal(guest)
		assert.NilError(t, err)
		var back Guest
		assert.NilError(t, json.Unmarshal(text, &back))
		assert.DeepEqual(t, back, guest)
		assert.Equal(t, len(Compare(guest, back)), 0)
		again, err := json.Marshal(back)
		assert.NilError(t, err)
		assert.Equal(t, string(again), string(text))
	}
}
