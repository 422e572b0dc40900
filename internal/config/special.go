// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// special are the types that YAML writes in a way of their own. It is filled
// by init because its functions call the decoder, which looks in it.
var special map[reflect.Type]func(d *decoder, node ast.Node, path string, v reflect.Value)

func init() {
	special = map[reflect.Type]func(*decoder, ast.Node, string, reflect.Value){
		reflect.TypeFor[Size]():     (*decoder).size,
		reflect.TypeFor[Duration](): (*decoder).duration,
		reflect.TypeFor[Pool]():     (*decoder).pool,
		reflect.TypeFor[Probe]():    (*decoder).probe,
		reflect.TypeFor[IOThread](): (*decoder).iothread,
		reflect.TypeFor[Property](): (*decoder).property,
		reflect.TypeFor[Markup]():   (*decoder).markup,
	}
}

// size decodes a number of bytes or a number with a binary unit.
func (d *decoder) size(node ast.Node, path string, v reflect.Value) {
	text, ok := stringOf(node)
	if !ok {
		if _, number := node.(*ast.IntegerNode); !number {
			d.mismatch(node, path, "a size such as 4GiB")
			return
		}
		text = strings.ReplaceAll(node.GetToken().Value, "_", "")
	}
	size, err := ParseSize(text)
	if err != nil {
		d.undecodable(nodePosition(node), path, "%v, got %s", err, quote(text))
		return
	}
	v.Set(reflect.ValueOf(size))
}

func (d *decoder) duration(node ast.Node, path string, v reflect.Value) {
	text, ok := stringOf(node)
	if !ok {
		d.mismatch(node, path, "a duration with its unit, such as 5m or 90s")
		return
	}
	duration, err := ParseDuration(text)
	if err != nil {
		d.undecodable(nodePosition(node), path, "%v, got %s", err, quote(text))
		return
	}
	v.Set(reflect.ValueOf(duration))
}

// pool decodes the name of a pool, or a mapping with its path.
func (d *decoder) pool(node ast.Node, path string, v reflect.Value) {
	if _, ok := pairs(node); ok {
		d.structure(node, path, v)
		return
	}
	name := v.FieldByName("Name")
	if _, ok := stringOf(node); !ok {
		d.mismatch(node, path, "the name of a pool, or {path: DIR}")
		return
	}
	d.text(node, path, name)
}

// probeNames are the probes that a file writes by name alone.
var probeNames = []string{string(ProbeRunning), string(ProbeAddress), string(ProbeAgent), string(ProbeSSH)}

// probe decodes the name of a probe, or a mapping with a command.
func (d *decoder) probe(node ast.Node, path string, v reflect.Value) {
	if _, ok := pairs(node); ok {
		d.commandProbe(node, path, v)
		return
	}
	name, ok := stringOf(node)
	if !ok {
		d.mismatch(node, path, "the name of a probe, or {command: [ARGV]}")
		return
	}
	if !slices.Contains(probeNames, name) {
		d.undecodable(nodePosition(node), path, "must be one of %s or {command: [ARGV]}, got %s%s",
			strings.Join(probeNames, ", "), quote(name), didYouMean(name, probeNames))
		return
	}
	v.Set(reflect.ValueOf(Probe{Kind: ProbeKind(name)}))
}

// commandForm is a probe written as a mapping.
type commandForm struct {
	Command []string `yaml:"command" jsonschema:"required"`
}

func (d *decoder) commandProbe(node ast.Node, path string, v reflect.Value) {
	entries, _ := d.entries(node, path)
	at := join(path, "command")
	var command []string
	for _, e := range entries {
		if e.key != "command" {
			message, _ := unknownKey(e.key, reflect.TypeFor[commandForm]())
			d.undecodable(e.at, join(path, e.key), "%s", message)
			continue
		}
		d.layout.keys[at] = e.at
		d.layout.values[at] = nodePosition(e.value)
		command = d.argv(e.value, at)
	}
	if !d.layout.said(at) {
		d.undecodable(nodePosition(node), at, "is required")
	}
	v.Set(reflect.ValueOf(Probe{Kind: ProbeCommand, Command: command}))
}

// argv decodes a command line; its words may be scripts of several lines.
func (d *decoder) argv(node ast.Node, path string) []string {
	node = d.follow(node, path)
	if node == nil {
		return nil
	}
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		d.mismatch(node, path, "a list of a program and its arguments")
		return nil
	}
	if len(list.Values) == 0 {
		d.undecodable(nodePosition(node), path, "must name a program, got an empty list")
	}
	var words []string
	for i, value := range list.Values {
		if d.left--; d.left < 0 {
			return nil
		}
		d.layout.values[item(path, i)] = nodePosition(value)
		value = d.follow(value, item(path, i))
		if value == nil {
			continue
		}
		word, ok := stringOf(value)
		if !ok {
			d.notText(value, item(path, i))
			continue
		}
		if word == "" && i == 0 || strings.ContainsRune(word, 0) {
			d.undecodable(nodePosition(value), item(path, i), "must be a word that a program can be given, got %s", quote(word))
			continue
		}
		words = append(words, word)
	}
	return words
}
