// SPDX-License-Identifier: Apache-2.0

// Package docs holds the test of the documents' links.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	fenced  = regexp.MustCompile("(?ms)^```.*?^```$")
	noSlug  = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// TestLinks: what a document of the repository links to is there, and so is
// the heading that it names.
func TestLinks(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../*.md", "*.md", "*/*.md", "../examples/*/*.md"} {
		found, err := filepath.Glob(pattern)
		assert.NilError(t, err)
		files = append(files, found...)
	}
	seen := 0
	for _, file := range files {
		for _, match := range link.FindAllStringSubmatch(prose(t, file), -1) {
			if strings.Contains(match[1], "://") {
				continue
			}
			seen++
			assert.Check(t, resolve(t, file, match[1]), "%s links to %s", file, match[1])
		}
	}
	assert.Assert(t, seen > 20, "only %d links were found", seen)
}

func TestResolveSeesFaults(t *testing.T) {
	assert.Check(t, resolve(t, "operations.md", "architecture.md#who-owns-what"))
	assert.Check(t, resolve(t, "operations.md", "../examples/"))
	assert.Check(t, !resolve(t, "operations.md", "architecture.md#who-owns"))
	assert.Check(t, !resolve(t, "operations.md", "nothing.md"))
}

// resolve reports whether a relative link of a file leads somewhere.
func resolve(t *testing.T, file, target string) bool {
	t.Helper()
	path, anchor, _ := strings.Cut(target, "#")
	if path != "" {
		file = filepath.Join(filepath.Dir(file), path)
	}
	if _, err := os.Stat(file); err != nil {
		return false
	}
	return anchor == "" || slices.Contains(anchors(prose(t, file)), anchor)
}

// anchors are the names of a document's headings as GitHub makes them.
func anchors(text string) []string {
	var names []string
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		name := noSlug.ReplaceAllString(strings.ToLower(match[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// prose is a document without its code blocks.
func prose(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	assert.NilError(t, err)
	return fenced.ReplaceAllString(string(text), "")
}
