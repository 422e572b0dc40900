// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// maxIOThreads is how many iothreads a guest may have.
const maxIOThreads = 64

// iothread decodes true (a thread of its own), false or the number of one of
// the guest's threads.
func (d *decoder) iothread(node ast.Node, path string, v reflect.Value) {
	switch n := node.(type) {
	case *ast.BoolNode:
		if n.Value {
			v.SetInt(int64(OwnIOThread))
		}
		return
	case *ast.IntegerNode:
		if value, ok := intOf(n); ok && value >= 1 && value <= maxIOThreads {
			v.SetInt(value)
			return
		}
	}
	d.mismatch(node, path, "true, false or the number of an iothread, from 1 to 64")
}

// String is the thread as YAML writes it; empty for the main loop.
func (t IOThread) String() string {
	switch t {
	case 0:
		return ""
	case OwnIOThread:
		return "true"
	}
	return strconv.Itoa(int(t))
}

// MarshalJSON writes true or the number.
func (t IOThread) MarshalJSON() ([]byte, error) {
	if t == OwnIOThread {
		return []byte("true"), nil
	}
	return json.Marshal(int(t))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *IOThread) UnmarshalJSON(data []byte) error {
	var own bool
	if json.Unmarshal(data, &own) == nil {
		if *t = 0; own {
			*t = OwnIOThread
		}
		return nil
	}
	return json.Unmarshal(data, (*int)(t))
}

// property decodes a value of a QEMU property, whose YAML type is its type.
func (d *decoder) property(node ast.Node, path string, v reflect.Value) {
	var p Property
	switch n := node.(type) {
	case *ast.BoolNode:
		p = Property{"bool", strconv.FormatBool(n.Value)}
	case *ast.IntegerNode:
		value, ok := intOf(n)
		if !ok {
			d.mismatch(node, path, "a smaller whole number")
			return
		}
		p = Property{"unsigned", strconv.FormatInt(value, 10)}
		if value < 0 {
			p.Type = "signed"
		}
	case *ast.NullNode:
		p = Property{Type: "remove"}
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		d.mismatch(node, path, "a string, a whole number, true, false or null")
		return
	default:
		var text string
		d.text(node, path, reflect.ValueOf(&text).Elem())
		p = Property{"string", text}
	}
	v.Set(reflect.ValueOf(p))
}

// markup decodes a text of several lines.
func (d *decoder) markup(node ast.Node, path string, v reflect.Value) {
	text, ok := stringOf(node)
	if !ok {
		d.notText(node, path)
		return
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		d.undecodable(nodePosition(node), path, "must be text without control characters, got %s", quote(text))
		return
	}
	v.SetString(text)
}
