// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Faults are all the faults of one file, in the order of their position.
type Faults []Fault

// Fault is one thing wrong with a configuration.
type Fault struct {
	File      string
	Line, Col int
	// Path is the YAML path, such as guests.xfs.disks[0].size.
	Path string
	// Message is the rule and the value got: "must be a DNS label, got `A_b`".
	Message string
}

// Error is one line a fault: file:line:col: path: rule, got value.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// String is the fault as one line. A fault of no place has no line:col, one of
// the whole file no path.
func (f Fault) String() string {
	s := f.File
	if f.Line > 0 {
		s += fmt.Sprintf(":%d:%d", f.Line, f.Col)
	}
	if f.Path != "" {
		s += ": " + f.Path
	}
	return s + ": " + f.Message
}

// report collects the faults of one file.
type report struct {
	file   string
	layout *layout
	faults Faults
	seen   map[Fault]bool
	// broken holds the paths whose value could not be decoded: what depends
	// on them is not judged again.
	broken map[string]bool
	// lines are how many characters each line of the file has.
	lines []int
}

func newReport(file string, data []byte) *report {
	return &report{file: file, layout: newLayout(), seen: map[Fault]bool{}, broken: map[string]bool{}, lines: linesOf(data)}
}

// linesOf are the lengths of the lines of a text, in characters. The last line
// may be empty.
func linesOf(data []byte) []int {
	text := strings.TrimPrefix(string(data), byteOrderMark)
	var lengths []int
	for line := range strings.SplitSeq(lineEnds.Replace(text), "\n") {
		lengths = append(lengths, utf8.RuneCountInString(line))
	}
	return lengths
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// inside is the place in the file that is nearest to a position: the parser
// puts what is missing at the end of a file a step or a line behind it.
func (r *report) inside(at position) position {
	if at.line < 1 {
		return at // the whole file
	}
	line := min(at.line, len(r.lines))
	return position{line, min(max(at.col, 1), r.lines[line-1]+1)}
}

// add records a fault at a position.
func (r *report) add(at position, path, format string, args ...any) {
	at = r.inside(at)
	fault := Fault{File: r.file, Line: at.line, Col: at.col, Path: path, Message: fmt.Sprintf(format, args...)}
	// Guests that share a default would all report its fault.
	if !r.seen[fault] {
		r.seen[fault] = true
		r.faults = append(r.faults, fault)
	}
}

// undecodable records a fault of the decoder and that the value is unknown.
func (r *report) undecodable(at position, path, format string, args ...any) {
	r.broken[path] = true
	r.add(at, path, format, args...)
}

// value records a fault of the value at path, unless that value is unknown.
func (r *report) value(path, format string, args ...any) {
	if !r.isBroken(path) {
		r.add(r.layout.valueAt(path), path, format, args...)
	}
}

// key records a fault of the key that path ends with.
func (r *report) key(path, format string, args ...any) {
	if !r.isBroken(path) {
		r.add(r.layout.keyAt(path), path, format, args...)
	}
}

// isBroken says that the value at path or one around it could not be decoded.
func (r *report) isBroken(path string) bool {
	for ; path != ""; path = parent(path) {
		if r.broken[path] {
			return true
		}
	}
	return false
}

// hasBroken says that something at or below a path could not be decoded.
func (r *report) hasBroken(path string) bool {
	for at, broken := range r.broken {
		if broken && (at == path || strings.HasPrefix(at, path+".") || strings.HasPrefix(at, path+"[")) {
			return true
		}
	}
	return false
}

// err is the faults in the order of their position, or nil without any.
func (r *report) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(r.faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return r.faults
}

// quote is a value as messages show it: in backquotes where they can hold it,
// and no longer than a line.
func quote(value string) string {
	const limit = 80
	if value == "" {
		return "nothing"
	}
	if runes := []rune(value); len(runes) > limit {
		value = string(runes[:limit]) + "…"
	}
	return fmt.Sprintf("%#q", value)
}
