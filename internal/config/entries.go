// SPDX-License-Identifier: Apache-2.0

package config

import "github.com/goccy/go-yaml/ast"

// entry is one key of a mapping and its value.
type entry struct {
	key   string
	at    position
	value ast.Node
}

// entries are the keys of a mapping: its own as written, then what its merge
// keys (`<<`) add. ok is false, with a fault, where node is no mapping.
func (d *decoder) entries(node ast.Node, path string) (entries []entry, ok bool) {
	values, ok := pairs(node)
	if !ok {
		d.mismatch(node, path, "a mapping")
		return nil, false
	}
	m := merged{at: map[string]position{}}
	var merges []ast.Node
	for _, pair := range values {
		if d.left--; d.left < 0 {
			return nil, false
		}
		if pair.Key.IsMergeKey() {
			merges = append(merges, pair.Value)
			continue
		}
		key, ok := keyText(pair.Key)
		at := nodePosition(pair.Key)
		if !ok {
			d.undecodable(at, path, "must have plain words as keys")
			continue
		}
		if first, twice := m.at[key]; twice {
			d.add(at, join(path, key), "is given twice, first in line %d", first.line)
			continue
		}
		m.add(entry{key: key, at: at, value: pair.Value})
	}
	for _, merge := range merges {
		d.merge(merge, path, &m)
	}
	return m.entries, true
}

// merged is a mapping as it grows; the first of a key stays.
type merged struct {
	entries []entry
	at      map[string]position
}

func (m *merged) add(e entry) {
	if _, ok := m.at[e.key]; !ok {
		m.at[e.key] = e.at
		m.entries = append(m.entries, e)
	}
}

// merge adds what a merge key names: a mapping or a list of them.
func (d *decoder) merge(node ast.Node, path string, into *merged) {
	if d.left--; d.left < 0 {
		return
	}
	node = d.follow(node, join(path, "<<"))
	if node == nil {
		return
	}
	if list, ok := node.(*ast.SequenceNode); ok {
		for _, value := range list.Values {
			d.merge(value, path, into)
		}
		return
	}
	if _, ok := pairs(node); !ok {
		d.mismatch(node, join(path, "<<"), "a mapping or a list of mappings")
		return
	}
	entries, _ := d.entries(node, path)
	for _, e := range entries {
		into.add(e)
	}
}

// pairs are the key-value pairs of a mapping node.
func pairs(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// keyText is the text of a key. A number is a name as well: a guest may be called 1.
func keyText(key ast.Node) (string, bool) {
	switch k := key.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return k.GetToken().Value, true
	case *ast.MappingKeyNode:
		return keyText(k.Value)
	}
	return "", false
}

func isNull(node ast.Node) bool {
	if node == nil {
		return true
	}
	_, ok := node.(*ast.NullNode)
	return ok
}

// nodePosition is where a node starts: a block mapping at its first key.
func nodePosition(node ast.Node) position {
	switch n := node.(type) {
	case nil:
		return position{1, 1}
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return nodePosition(n.Values[0])
		}
	case *ast.MappingValueNode:
		return nodePosition(n.Key)
	}
	return tokenPosition(node.GetToken())
}
