// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

var fencedYAML = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// TestWrittenConfigurations: a whole configuration in a document is valid.
func TestWrittenConfigurations(t *testing.T) {
	schema := compiledSchema(t)
	files, err := filepath.Glob("../../docs/*.md")
	assert.NilError(t, err)
	seen := 0
	for _, file := range append(files, "../../README.md") {
		text, err := os.ReadFile(file)
		assert.NilError(t, err)
		for _, block := range fencedYAML.FindAllStringSubmatch(string(text), -1) {
			if !strings.HasPrefix(block[1], "project:") {
				continue // a part of one
			}
			seen++
			_, err := Parse([]byte(block[1]), testEnvironment)
			assert.Check(t, err, "%s", file)
			assert.Check(t, validateYAML(t, schema, []byte(block[1])), "%s", file)
		}
	}
	assert.Assert(t, seen >= 2, "found %d", seen)
}
