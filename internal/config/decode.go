// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// decoder walks a YAML tree along the Go types of the vocabulary. It goes on
// after a fault, so that one run tells them all.
type decoder struct {
	*report
	aliases map[*ast.AliasNode]ast.Node
	// left is how many more nodes may be visited.
	left int
}

// decode is the document in data and, in the report, the layout and faults.
// It is nil where nothing of the document can be judged.
func decode(data []byte, r *report) *Document {
	root := parseYAML(data, r)
	if root == nil {
		return nil
	}
	d := &decoder{report: r, aliases: resolveAliases(root), left: maxNodes}
	doc := &Document{}
	d.value(root, "", reflect.ValueOf(doc).Elem())
	if d.left < 0 {
		r.faults = nil
		r.add(position{1, 1}, "", "must expand to at most %d values: too many aliases or merge keys", maxNodes)
		return nil
	}
	if r.broken[""] {
		return nil
	}
	return doc
}

// value decodes a node into v, whose type says what may stand there.
func (d *decoder) value(node ast.Node, path string, v reflect.Value) {
	if d.left--; d.left < 0 {
		return
	}
	at := nodePosition(node)
	d.layout.values[path] = at
	node = d.follow(node, path)
	if node == nil {
		return
	}
	if f, ok := special[v.Type()]; ok {
		f(d, node, path, v)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(node, path, v.Elem())
		d.layout.values[path] = at
	case reflect.Struct:
		d.structure(node, path, v)
	case reflect.Map:
		d.mapping(node, path, v)
	case reflect.Slice:
		d.list(node, path, v)
	default:
		d.scalar(node, path, v)
	}
}

// follow is the node that anchors and aliases stand for; nil with a fault
// where there is none.
func (d *decoder) follow(node ast.Node, path string) ast.Node {
	for {
		switch n := node.(type) {
		case *ast.AnchorNode:
			node = n.Value
		case *ast.AliasNode:
			target, ok := d.aliases[n]
			if !ok {
				d.undecodable(nodePosition(n), path, "no anchor of this name stands before it, got %s", quote("*"+nodeName(n.Value)))
				return nil
			}
			node = target
		case *ast.TagNode:
			d.undecodable(nodePosition(n), path, "must not have a YAML tag, got %s", quote(n.Start.Value))
			return nil
		case nil:
			d.undecodable(d.layout.valueAt(path), path, "has no value")
			return nil
		default:
			return node
		}
	}
}

func (d *decoder) structure(node ast.Node, path string, v reflect.Value) {
	if f, ok := shorthandOf(v.Type()); ok && d.shorthand(f, node, path, v) {
		return
	}
	entries, ok := d.entries(node, path)
	if !ok {
		return
	}
	fields := fieldsOf(v.Type())
	met := map[string]bool{}
	for _, e := range entries {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == e.key })
		if i < 0 {
			message, meant := unknownKey(e.key, v.Type())
			d.undecodable(e.at, join(path, e.key), "%s", message)
			// The value that the key was to give is unknown, not missing.
			met[meant] = true
			d.broken[join(path, meant)] = meant != ""
			continue
		}
		met[e.key] = true
		d.layout.keys[join(path, e.key)] = e.at
		d.value(e.value, join(path, e.key), v.Field(fields[i].index))
		d.enum(join(path, e.key), fields[i].enum, v.Field(fields[i].index))
		d.bounds(join(path, e.key), fields[i], v.Field(fields[i].index))
	}
	for _, f := range fields {
		if f.required && !met[f.name] {
			d.undecodable(d.layout.valueAt(path), join(path, f.name), "is required")
		}
	}
}

// shorthand decodes a plain word in place of a mapping; false where the node is
// a mapping after all.
func (d *decoder) shorthand(f field, node ast.Node, path string, v reflect.Value) bool {
	if _, ok := pairs(node); ok {
		return false
	}
	if _, ok := stringOf(node); !ok {
		d.mismatch(node, path, "a word or a mapping")
		return true
	}
	at := join(path, f.name)
	d.layout.keys[at] = nodePosition(node)
	d.value(node, at, v.Field(f.index))
	d.enum(at, f.enum, v.Field(f.index))
	return true
}

// enum checks a value that has a fixed set of choices.
func (d *decoder) enum(path string, choices []string, v reflect.Value) {
	if len(choices) == 0 || d.broken[path] || slices.Contains(choices, v.String()) {
		return
	}
	d.undecodable(d.layout.valueAt(path), path, "must be one of %s, got %s%s",
		strings.Join(choices, ", "), quote(v.String()), didYouMean(v.String(), choices))
}

// bounds checks a whole number that has bounds. Where only the least is in the
// tag, a rule of validate may say more.
func (d *decoder) bounds(path string, f field, v reflect.Value) {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Int || d.broken[path] || f.min == nil && f.max == nil {
		return
	}
	n := v.Int()
	switch {
	case f.min != nil && f.max != nil && (n < *f.min || n > *f.max):
		d.undecodable(d.layout.valueAt(path), path, "must be %d to %d, got %d", *f.min, *f.max, n)
	case f.min != nil && f.max == nil && n < *f.min:
		d.undecodable(d.layout.valueAt(path), path, "must be at least %d, got %d", *f.min, n)
	case f.max != nil && f.min == nil && n > *f.max:
		d.undecodable(d.layout.valueAt(path), path, "must be at most %d, got %d", *f.max, n)
	}
}

func (d *decoder) mapping(node ast.Node, path string, v reflect.Value) {
	entries, ok := d.entries(node, path)
	if !ok {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range entries {
		at := join(path, e.key)
		d.layout.keys[at] = e.at
		d.layout.order[path] = append(d.layout.order[path], e.key)
		element := reflect.New(v.Type().Elem()).Elem()
		if isNull(e.value) && element.Type() != reflect.TypeFor[Property]() {
			// A guest or network with nothing to say beyond its name.
			d.layout.values[at] = e.at
		} else {
			d.value(e.value, at, element)
		}
		v.SetMapIndex(reflect.ValueOf(e.key), element)
	}
}

func (d *decoder) list(node ast.Node, path string, v reflect.Value) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		d.mismatch(node, path, "a list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, len(list.Values)))
	for i, value := range list.Values {
		element := reflect.New(v.Type().Elem()).Elem()
		d.value(value, item(path, i), element)
		if d.left < 0 {
			return
		}
		v.Set(reflect.Append(v, element))
	}
}
