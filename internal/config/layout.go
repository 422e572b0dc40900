// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"strconv"
	"strings"
)

// position is a place in the file; lines and columns count from 1.
type position struct{ line, col int }

// layout is where everything in a file stands, by YAML path, and with that
// also what the file says at all: a zero that was meant has a position.
type layout struct {
	values, keys map[string]position
	// order holds the keys of each mapping as the file has them.
	order map[string][]string
}

func newLayout() *layout {
	return &layout{values: map[string]position{}, keys: map[string]position{}, order: map[string][]string{}}
}

// said reports whether the file has a value at path.
func (l *layout) said(path string) bool {
	_, ok := l.values[path]
	return ok
}

// valueAt is the position of the value at path; of the nearest value around
// it where the file says nothing there.
func (l *layout) valueAt(path string) position {
	for ; path != ""; path = parent(path) {
		if at, ok := l.values[path]; ok {
			return at
		}
	}
	return l.values[""]
}

// keyAt is the position of the key that path ends with.
func (l *layout) keyAt(path string) position {
	if at, ok := l.keys[path]; ok {
		return at
	}
	return l.valueAt(path)
}

var plainKey = regexp.MustCompile(`^([A-Za-z0-9_-]+|<<)$`)

// join extends a path by a key. No key of the vocabulary is longer than a DNS
// label, so cutting keys that are makes none that matter meet.
func join(path, key string) string {
	const limit = 80
	if len(key) > limit {
		key = strings.ToValidUTF8(key[:limit], "") + "…"
	}
	if !plainKey.MatchString(key) {
		key = strconv.Quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// item extends a path by an index.
func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// parent is the path without its last key or index; empty for the last one.
// A quoted key that holds a dot takes two steps, which is harmless here.
func parent(path string) string {
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}
