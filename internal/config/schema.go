// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
)

// schemaID names the schema; nothing is fetched from there.
const schemaID = "https://vmprov.dev/vmprov.schema.json"

// Schema is the JSON Schema (draft 2020-12) of a configuration, indented,
// generated from Document.
func Schema() ([]byte, error) {
	reflector := &jsonschema.Reflector{
		BaseSchemaID: schemaID, ExpandedStruct: true, FieldNameTag: "yaml",
		RequiredFromJSONSchemaTags: true,
		Mapper:                     schemaOf, LookupComment: docOf, Namer: schemaName,
	}
	schema := reflector.Reflect(Document{})
	schema.ID = schemaID
	schema.Title = "vmprov configuration"
	for _, key := range []string{"images", "networks", "guests"} {
		named(schema, key)
	}
	shorthands(schema)
	oneSource(schema)
	// A guest or network may be its name and nothing else.
	nullable(schema, "networks")
	nullable(schema, "guests")
	// So may a variant.
	named(schema.Definitions["Guest"], "variants")
	nullable(schema.Definitions["Guest"], "variants")
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(schema); err != nil {
		return nil, fmt.Errorf("generate schema: %w", err)
	}
	return text.Bytes(), nil
}

// shorthands lets a plain word stand in place of each mapping that has a key
// for it. The rules of the mapping bind only what is one.
func shorthands(schema *jsonschema.Schema) {
	for _, level := range levels {
		f, ok := shorthandOf(level.of)
		if !ok {
			continue
		}
		mapping := schema.Definitions[schemaName(level.of)]
		mapping.OneOf = []*jsonschema.Schema{{Type: mapping.Type}, {Type: "string", Enum: choicesOf(f.enum)}}
		mapping.Type = ""
	}
}

// oneSource says that a disk is made of something.
func oneSource(schema *jsonschema.Schema) {
	disk := schema.Definitions[schemaName(reflect.TypeFor[Disk]())]
	for _, key := range []string{"size", "image", "path"} {
		disk.AnyOf = append(disk.AnyOf, &jsonschema.Schema{Required: []string{key}})
	}
}

// named says that the keys of a mapping are DNS labels.
func named(schema *jsonschema.Schema, key string) {
	mapping, _ := schema.Properties.Get(key)
	mapping.PropertyNames = &jsonschema.Schema{Pattern: label.String()}
}

// nullable lets the values of a mapping be left out.
func nullable(schema *jsonschema.Schema, key string) {
	mapping, _ := schema.Properties.Get(key)
	mapping.AdditionalProperties = &jsonschema.Schema{
		OneOf: []*jsonschema.Schema{mapping.AdditionalProperties, {Type: "null"}},
	}
}

// schemaName is the name of a type's definition: Guest for GuestDecl.
func schemaName(t reflect.Type) string { return strings.TrimSuffix(t.Name(), "Decl") }

// docOf is the description of a key: its doc tag.
func docOf(t reflect.Type, name string) string {
	// The reflector asks for the types of lists and maps too, without a field.
	if t.Kind() != reflect.Struct || name == "" {
		return ""
	}
	f, _ := t.FieldByName(name)
	return f.Tag.Get("doc")
}

// schemaOf is the schema of the types that YAML writes in a way of their own.
func schemaOf(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[Size]():
		return oneOf(
			&jsonschema.Schema{Type: "integer", Minimum: "0"},
			&jsonschema.Schema{Type: "string", Pattern: `^[0-9]+([KMGT]iB)?$`},
		)
	case reflect.TypeFor[Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`}
	case reflect.TypeFor[Pool]():
		return oneOf(&jsonschema.Schema{Type: "string", Pattern: `^[^/]+$`}, poolForm("name"), poolForm("path"))
	case reflect.TypeFor[Probe]():
		return oneOf(&jsonschema.Schema{Type: "string", Enum: choicesOf(probeNames)}, commandSchema())
	case reflect.TypeFor[IOThread]():
		return oneOf(&jsonschema.Schema{Type: "boolean"},
			&jsonschema.Schema{Type: "integer", Minimum: "1", Maximum: json.Number(strconv.Itoa(maxIOThreads))})
	case reflect.TypeFor[Property]():
		return oneOf(&jsonschema.Schema{Type: "string"}, &jsonschema.Schema{Type: "integer"},
			&jsonschema.Schema{Type: "boolean"}, &jsonschema.Schema{Type: "null"})
	case reflect.TypeFor[Markup]():
		return &jsonschema.Schema{Type: "string"}
	}
	return nil
}

func oneOf(schemas ...*jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: schemas}
}

// poolForm is a pool as a mapping with one key.
func poolForm(key string) *jsonschema.Schema {
	field := strings.ToUpper(key[:1]) + key[1:]
	return mappingOf(key, &jsonschema.Schema{Type: "string", Description: docOf(reflect.TypeFor[Pool](), field)})
}

func commandSchema() *jsonschema.Schema {
	one := uint64(1)
	return mappingOf("command", &jsonschema.Schema{
		Type: "array", Items: &jsonschema.Schema{Type: "string"}, MinItems: &one,
		Description: "program and arguments, run in the guest by ssh; exit status 0 is ready",
	})
}

// mappingOf is a mapping with one key, which it must have.
func mappingOf(key string, value *jsonschema.Schema) *jsonschema.Schema {
	properties := jsonschema.NewProperties()
	properties.Set(key, value)
	return &jsonschema.Schema{
		Type: "object", Properties: properties, Required: []string{key},
		AdditionalProperties: jsonschema.FalseSchema,
	}
}

// choicesOf are words as the schema lists them.
func choicesOf(words []string) []any {
	var choices []any
	for _, word := range words {
		choices = append(choices, word)
	}
	return choices
}
