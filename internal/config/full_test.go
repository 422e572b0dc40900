// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"reflect"
	"testing"

	"gotest.tools/v3/assert"
)

// TestFullShowsEveryKey: the example of the reference has every key of the
// vocabulary.
func TestFullShowsEveryKey(t *testing.T) {
	data, err := os.ReadFile("testdata/full.yaml")
	assert.NilError(t, err)
	r := newReport("full.yaml", data)
	doc := decode(data, r)
	assert.NilError(t, r.err())
	seen := map[reflect.Type]map[string]bool{}
	collect(seen, reflect.ValueOf(*doc))
	for _, level := range levels {
		for _, key := range keysOf(level.of) {
			assert.Check(t, seen[level.of][key], "%s of %s", key, level.words)
		}
	}
}

// collect notes which keys of which types have a value.
func collect(seen map[reflect.Type]map[string]bool, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			collect(seen, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			collect(seen, v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			collect(seen, v.MapIndex(key))
		}
	case reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			if value := v.Field(f.index); !value.IsZero() {
				if seen[v.Type()] == nil {
					seen[v.Type()] = map[string]bool{}
				}
				seen[v.Type()][f.name] = true
				collect(seen, value)
			}
		}
	}
}
