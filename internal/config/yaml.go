// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of a file. They are far above any real configuration and keep a
// hostile one, which root's cron may read, from costing memory or time.
const (
	maxBytes = 256 << 10
	// maxTokens is what the parser, whose time grows with the square, reads in about a second.
	maxTokens  = 50_000
	maxNesting = 32
	// maxNodes bounds what aliases and merge keys expand to.
	maxNodes = 100_000
)

// byteOrderMark is what editors of Windows start a file with.
const byteOrderMark = "\ufeff"

// parseYAML is the root node of the only document in data, or nil with a fault.
func parseYAML(data []byte, r *report) ast.Node {
	start := position{1, 1}
	if len(data) > maxBytes {
		r.add(position{}, "", "must be at most %s", Size(maxBytes))
		return nil
	}
	tokens := lexer.Tokenize(strings.TrimPrefix(string(data), byteOrderMark))
	if len(tokens) > maxTokens {
		r.add(tokenPosition(tokens[maxTokens]), "", "must have at most %d words and signs", maxTokens)
		return nil
	}
	if at, ok := manyDocuments(tokens); ok {
		r.add(at, "", "must hold one YAML document")
		return nil
	}
	if at, ok := tooDeep(tokens); ok {
		r.add(at, "", "must be nested at most %d levels deep", maxNesting)
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, message := syntaxError(err)
		r.add(at, "", "cannot be read as YAML: %s", message)
		return nil
	}
	roots := documents(file)
	switch len(roots) {
	case 0:
		r.add(start, "", "is empty: needs at least `project` and `guests`")
		return nil
	case 1:
		return roots[0]
	}
	r.add(nodePosition(roots[1]), "", "must hold one YAML document, got %d", len(roots))
	return nil
}

// manyDocuments finds the third mark of a document, of which one file needs
// two at most (`---` and `...`): each costs the parser a copy of the file.
func manyDocuments(tokens token.Tokens) (position, bool) {
	marks := 0
	for _, t := range tokens {
		if t.Type == token.DocumentHeaderType || t.Type == token.DocumentEndType {
			if marks++; marks > 2 {
				return tokenPosition(t), true
			}
		}
	}
	return position{}, false
}

// documents are the roots of the documents that hold anything.
func documents(file *ast.File) []ast.Node {
	var roots []ast.Node
	for _, doc := range file.Docs {
		switch doc.Body.(type) {
		case nil, *ast.CommentGroupNode, *ast.DirectiveNode:
		default:
			roots = append(roots, doc.Body)
		}
	}
	return roots
}

// syntaxError is the position and the text of an error of the parser.
func syntaxError(err error) (position, string) {
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		return position{}, err.Error()
	}
	// The message quotes what it met, which may be a tab.
	message := strings.NewReplacer("\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(syntax.GetMessage())
	return tokenPosition(syntax.GetToken()), message
}

// tooDeep finds where the nesting passes the limit. The parser recurses, and a
// stack that overflows cannot be caught, so this looks at the tokens before.
// It counts at least as many levels as there are: open brackets, and the
// columns of those tokens of a block that may open a level. An item of a flow
// collection ends the levels of the one before it.
func tooDeep(tokens token.Tokens) (position, bool) {
	var columns []int
	// opened is how many columns there were at each open bracket.
	var opened []int
	line := 0
	for _, t := range tokens {
		at := tokenPosition(t)
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			opened = append(opened, len(columns))
		case token.MappingEndType, token.SequenceEndType:
			opened = opened[:max(len(opened)-1, 0)]
		case token.CollectEntryType:
			if len(opened) > 0 {
				columns = columns[:min(len(columns), opened[len(opened)-1])]
			}
		}
		if at.line != line || opensLevel(t.Type) {
			for len(columns) > 0 && columns[len(columns)-1] >= at.col {
				columns = columns[:len(columns)-1]
			}
			columns = append(columns, at.col)
		}
		line = at.line
		if len(opened)+len(columns) > maxNesting {
			return at, true
		}
	}
	return position{}, false
}

func opensLevel(t token.Type) bool {
	switch t {
	case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.TagType, token.AnchorType:
		return true
	}
	return false
}

// tokenPosition is where a token stands; the start of the file without one.
func tokenPosition(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{1, 1}
	}
	return position{t.Position.Line, t.Position.Column}
}
