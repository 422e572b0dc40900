// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// words is a value of the vocabulary in one line as a file would write it.
// What a file would leave out is empty.
func words(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case Probe:
		if value.Kind == ProbeCommand {
			return "{command: " + flow(value.Command) + "}"
		}
		return string(value.Kind)
	case Size:
		// Sizes that may be 0 are those a file need not say.
		if value == 0 {
			return ""
		}
		return value.String()
	case Property:
		return propertyWords(value)
	case fmt.Stringer:
		return value.String()
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		if v.Elem().CanInt() { // a 0 that was said
			return strconv.FormatInt(v.Elem().Int(), 10)
		}
		return words(v.Elem())
	case reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = words(v.Index(i))
		}
		return flow(items)
	case reflect.Struct:
		return structWords(v)
	case reflect.Map:
		return mapWords(v)
	case reflect.Int:
		if v.Int() == 0 {
			return ""
		}
	}
	return fmt.Sprint(v.Interface())
}

// propertyWords is a property of a QEMU device as YAML writes it: a text that
// would be a number or true without quotes has them.
func propertyWords(p Property) string {
	if p.Type == "remove" {
		return "null"
	}
	_, notNumber := strconv.ParseFloat(p.Value, 64)
	_, notBool := strconv.ParseBool(p.Value)
	if p.Type == "string" && (notNumber == nil || notBool == nil || p.Value == "" || p.Value == "null") {
		return strconv.Quote(p.Value)
	}
	return p.Value
}

// mapWords is a mapping in one line, its keys in order.
func mapWords(v reflect.Value) string {
	var pairs []string
	for _, key := range v.MapKeys() {
		pairs = append(pairs, key.String()+": "+words(v.MapIndex(key)))
	}
	slices.Sort(pairs)
	return "{" + strings.Join(pairs, ", ") + "}"
}

// structWords is a struct as a YAML mapping in one line, without what is
// empty; a plain word where its shorthand says all.
func structWords(v reflect.Value) string {
	var pairs []string
	if f, ok := shorthandOf(v.Type()); ok {
		alone := reflect.New(v.Type()).Elem()
		alone.Field(f.index).Set(v.Field(f.index))
		if reflect.DeepEqual(alone.Interface(), v.Interface()) {
			return words(v.Field(f.index))
		}
	}
	for _, f := range fieldsOf(v.Type()) {
		if value := v.Field(f.index); !value.IsZero() {
			pairs = append(pairs, f.name+": "+words(value))
		}
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}
