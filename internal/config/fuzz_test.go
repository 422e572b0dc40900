// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// FuzzParse: whatever the bytes, Parse gives a file or faults, and faults have a place.
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
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data, testEnvironment)
		var faults Faults
		if err == nil {
			assert.Assert(t, len(file.Guests) > 0)
			return
		}
		assert.Assert(t, errors.As(err, &faults) && len(faults) > 0)
		for _, fault := range faults {
			assert.Assert(t, fault.Message != "" && (fault.Line > 0 || len(data) > maxBytes), "%#v", fault)
		}
	})
}
