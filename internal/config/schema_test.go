// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gotest.tools/v3/assert"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	assert.NilError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	assert.NilError(t, err)
	compiler := jsonschema.NewCompiler()
	assert.NilError(t, compiler.AddResource(schemaID, doc))
	schema, err := compiler.Compile(schemaID)
	assert.NilError(t, err)
	return schema
}

// validateYAML is what the schema says of a configuration.
func validateYAML(t *testing.T, schema *jsonschema.Schema, text []byte) error {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(text)
	assert.NilError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	assert.NilError(t, err)
	return schema.Validate(value)
}

func TestSchemaIsStable(t *testing.T) {
	first, err := Schema()
	assert.NilError(t, err)
	for range 5 {
		again, err := Schema()
		assert.NilError(t, err)
		assert.Equal(t, string(again), string(first))
	}
}

// TestExamples: every example is valid, by the schema and by Load.
func TestExamples(t *testing.T) {
	schema := compiledSchema(t)
	files, err := filepath.Glob("../../examples/*/" + DefaultFile)
	assert.NilError(t, err)
	folders, err := os.ReadDir("../../examples")
	assert.NilError(t, err)
	assert.Assert(t, len(files) > 0)
	assert.Equal(t, len(files), len(folders), "every example has a %s", DefaultFile)
	for _, file := range append(files, "testdata/full.yaml") {
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(file)
			assert.NilError(t, err)
			assert.NilError(t, validateYAML(t, schema, text))
			_, err = Load(file)
			assert.NilError(t, err)
		})
	}
}

func TestSchemaRefuses(t *testing.T) {
	schema := compiledSchema(t)
	assert.NilError(t, validateYAML(t, schema, []byte(head+"guests: {a: }\n")))
	cases := []struct{ name, yaml string }{
		{"no project", "guests: {a: {}}"},
		{"no guests", "project: p"},
		{"unknown key", head + "guests: {a: {memroy: 4GiB}}"},
		{"unknown key at the top", head + "guest: {}\nguests: {a: {}}"},
		{"wrong type", head + "guests: {a: {cpus: four}}"},
		{"cpus", head + "guests: {a: {cpus: 0}}"},
		{"count", head + "guests: {a: {count: 0}}"},
		{"decimal unit", head + "guests: {a: {memory: 4GB}}"},
		{"negative size", head + "guests: {a: {memory: -1}}"},
		{"duration", head + "guests: {a: {readyTimeout: 300}}"},
		{"bus", head + "guests: {a: {disks: [{name: d, size: 1GiB, bus: usb}]}}"},
		{"disk without a size", head + "guests: {a: {disks: [{name: d}]}}"},
		{"share without a source", head + "guests: {a: {shares: [{tag: t}]}}"},
		{"iothread of none", head + "guests: {a: {disks: [{name: d, size: 1GiB, iothread: 0}]}}"},
		{"iothread as a word", head + "guests: {a: {disks: [{name: d, size: 1GiB, iothread: own}]}}"},
		{"iothread above all", head + "guests: {a: {disks: [{name: d, size: 1GiB, iothread: 65}]}}"},
		{"number above its bound", head + "guests: {a: {disks: [{name: d, size: 1GiB, rotationRate: 65535}]}}"},
		{"number behind a pointer", head + "guests: {a: {rootPorts: 25}}"},
		{"shorthand of no choice", head + "guests: {a: {tpm: tpm-spapr}}"},
		{"shorthand of the wrong type", head + "guests: {a: {networks: [7]}}"},
		{"mapping of a shorthand without its key", head + "guests: {a: {networks: [{name: n}]}}"},
		{"unknown key in a shorthand's mapping", head + "guests: {a: {tpm: {modle: tpm-crb}}}"},
		{"property", head + "guests: {a: {qemu: {override: {ua-d: {p: [1]}}}}}"},
		{"property of a fraction", head + "guests: {a: {qemu: {override: {ua-d: {p: 1.5}}}}}"},
		{"markup", head + "guests: {a: {xml: {merge: 7}}}"},
		{"filesystem without a type", head + "guests: {a: {disks: [{name: d, size: 1GiB, filesystem: {}}]}}"},
		{"probe", head + "guests: {a: {ready: [shh]}}"},
		{"command probe", head + "guests: {a: {ready: [{command: uptime}]}}"},
		{"empty command probe", head + "guests: {a: {ready: [{command: []}]}}"},
		{"pool with both", head + "pool: {name: a, path: b}\nguests: {a: {}}"},
		{"pool as a path", head + "pool: /srv\nguests: {a: {}}"},
		{"mode", head + "networks: {n: {mode: routed}}\nguests: {a: {}}"},
		{"guest name", head + "guests: {A_b: {}}"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			assert.Assert(t, validateYAML(t, schema, []byte(tc.yaml)) != nil)
			_, err := Parse([]byte(tc.yaml), testEnvironment)
			assert.Assert(t, err != nil, "the schema is stricter than Parse")
		})
	}
}

// TestSchemaTakes holds the schema to the forms that Parse takes as well.
func TestSchemaTakes(t *testing.T) {
	schema := compiledSchema(t)
	cases := []struct{ name, guest string }{
		{"shorthand of a choice", "{tpm: tpm-crb}"},
		{"shorthand's mapping", "{tpm: {version: '2.0'}}"},
		{"NIC", "{networks: [default, {network: default, name: two}]}"},
		{"iothread of its own", "{disks: [{name: d, size: 1GiB, iothread: true}]}"},
		{"iothread said not", "{disks: [{name: d, size: 1GiB, iothread: false}]}"},
		{"iothread by number", "{iothreads: 1, disks: [{name: d, size: 1GiB, iothread: 1}]}"},
		{"properties", "{qemu: {override: {net0: {a: x, b: -1, c: true, d: null}}}}"},
		{"disk by path", "{disks: [{name: d, path: /dev/sdz}]}"},
		{"disk of an image", "{disks: [{name: d, image: i}]}"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			text := []byte(head + "guests: {a: " + tc.guest + "}\n")
			assert.NilError(t, validateYAML(t, schema, text))
			_, err := Parse(text, testEnvironment)
			assert.NilError(t, err)
		})
	}
}

// TestSchemaDescribesEveryKey: an editor shows something for each, and each
// that YAML knows is in the schema.
func TestSchemaDescribesEveryKey(t *testing.T) {
	text, err := Schema()
	assert.NilError(t, err)
	type object struct {
		Properties map[string]struct {
			Description string `json:"description"`
		} `json:"properties"`
	}
	var schema struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	assert.NilError(t, json.Unmarshal(text, &schema))
	for _, level := range levels {
		of := schema.object
		if level.of != reflect.TypeFor[Document]() {
			of = schema.Defs[schemaName(level.of)]
		}
		assert.Check(t, len(of.Properties) == len(keysOf(level.of)), "%s", level.words)
		for _, key := range keysOf(level.of) {
			assert.Check(t, of.Properties[key].Description != "", "%s of %s", key, level.words)
		}
	}
}
