// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// scalar decodes a string, a whole number or a truth value.
func (d *decoder) scalar(node ast.Node, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		d.text(node, path, v)
	case reflect.Int:
		d.integer(node, path, v)
	case reflect.Bool:
		b, ok := node.(*ast.BoolNode)
		if !ok {
			d.mismatch(node, path, "true or false")
			return
		}
		v.SetBool(b.Value)
	default:
		panic("the vocabulary has no " + v.Type().String())
	}
}

// text decodes a string of one line: every one of them ends in XML, a path or
// a command line, none of which can carry a control character.
func (d *decoder) text(node ast.Node, path string, v reflect.Value) {
	s, ok := stringOf(node)
	if !ok {
		d.notText(node, path)
		return
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		d.undecodable(nodePosition(node), path, "must be one line without control characters, got %s", quote(s))
		return
	}
	v.SetString(s)
}

// notText is the fault of a value that should have been a string.
func (d *decoder) notText(node ast.Node, path string) {
	switch node.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		d.mismatch(node, path, "a string (put it in quotes)")
	default:
		d.mismatch(node, path, "a string")
	}
}

func (d *decoder) integer(node ast.Node, path string, v reflect.Value) {
	n, ok := node.(*ast.IntegerNode)
	if !ok {
		d.mismatch(node, path, "a whole number")
		return
	}
	value, ok := intOf(n)
	if !ok {
		d.mismatch(node, path, "a smaller whole number")
		return
	}
	v.SetInt(value)
}

// intOf is the value of a number that fits an int64.
func intOf(n *ast.IntegerNode) (int64, bool) {
	switch value := n.Value.(type) {
	case int64:
		return value, true
	case uint64:
		return int64(value), value <= 1<<63-1
	}
	return 0, false
}

// mismatch is the fault of a value of the wrong type.
func (d *decoder) mismatch(node ast.Node, path, want string) {
	if isNull(node) {
		d.undecodable(nodePosition(node), path, "must be %s, got nothing", want)
		return
	}
	d.undecodable(nodePosition(node), path, "must be %s, got %s", want, describe(node))
}

// stringOf is the value of a string node.
func stringOf(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	}
	return "", false
}

// describe is a node as a message shows it.
func describe(node ast.Node) string {
	switch n := node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode:
		return quote(n.Value)
	case *ast.LiteralNode:
		return quote(n.Value.Value)
	}
	if t := node.GetToken(); t != nil {
		return quote(t.Value)
	}
	return "something else"
}
