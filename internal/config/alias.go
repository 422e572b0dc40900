// SPDX-License-Identifier: Apache-2.0

package config

import "github.com/goccy/go-yaml/ast"

// aliases finds the node that each alias stands for: the nearest anchor of
// that name before it. An anchor counts from its end on, so that no node can
// hold itself.
type aliases struct {
	anchors map[string]ast.Node
	target  map[*ast.AliasNode]ast.Node
}

func resolveAliases(root ast.Node) map[*ast.AliasNode]ast.Node {
	a := aliases{anchors: map[string]ast.Node{}, target: map[*ast.AliasNode]ast.Node{}}
	a.walk(root)
	return a.target
}

func (a aliases) walk(node ast.Node) {
	switch n := node.(type) {
	case *ast.AnchorNode:
		a.walk(n.Value)
		a.anchors[nodeName(n.Name)] = n.Value
	case *ast.AliasNode:
		if target, ok := a.anchors[nodeName(n.Value)]; ok {
			a.target[n] = target
		}
	case *ast.MappingNode:
		for _, v := range n.Values {
			a.walk(v)
		}
	case *ast.MappingValueNode:
		a.walk(n.Key)
		a.walk(n.Value)
	case *ast.SequenceNode:
		for _, v := range n.Values {
			a.walk(v)
		}
	case *ast.TagNode:
		a.walk(n.Value)
	}
}

// nodeName is the name that an anchor or alias carries.
func nodeName(n ast.Node) string {
	if n == nil || n.GetToken() == nil {
		return ""
	}
	return n.GetToken().Value
}
