// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// element is any XML element, for the comparison of whole documents: a hand
// edit may touch what no type here knows.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

// parseDomain reads a document whose root must be <domain>.
func parseDomain(doc string) (element, error) {
	var e element
	if err := xml.Unmarshal([]byte(doc), &e); err != nil {
		return element{}, err
	}
	if e.name() != "domain" {
		return element{}, fmt.Errorf("element <%s> is not <domain>", e.name())
	}
	return e, nil
}

func (e element) name() string { return e.XMLName.Local }

// attr is the value of an attribute, empty where it is missing.
func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// child is the first child of that name, an empty element where there is none.
func (e element) child(name string) element {
	for _, c := range e.Children {
		if c.name() == name {
			return c
		}
	}
	return element{}
}

// leaf is one value of an element: where it stands below the element, and the
// value in words.
type leaf struct{ path, value string }

// leaves are all values of an element in the order of the document. A path is
// made of element and attribute names; of several alike, the second is "name 2".
func (e element) leaves() []leaf { return e.leavesBelow(nil) }

func (e element) leavesBelow(path []string) []leaf {
	var out []leaf
	add := func(names []string, value string) {
		out = append(out, leaf{strings.Join(names, " "), value})
	}
	names := counter{}
	text, unit := strings.TrimSpace(e.Text), e.attr("unit")
	for _, a := range e.Attrs {
		if isDeclaration(a) || (text != "" && a.Name.Local == "unit") {
			continue
		}
		add(below(path, names.unique(a.Name.Local)), a.Value)
	}
	switch {
	case text != "" && unit != "":
		add(path, text+" "+unit)
	case text != "":
		add(path, text)
	case len(out) == 0 && len(e.Children) == 0:
		add(path, "present") // An element that says something by being there, such as <readonly/>.
	}
	for _, c := range e.Children {
		out = append(out, c.leavesBelow(below(path, names.unique(c.name())))...)
	}
	return out
}

func isDeclaration(a xml.Attr) bool {
	return a.Name.Space == "xmlns" || a.Name.Local == "xmlns"
}

// below is a new path, one name longer.
func below(path []string, name string) []string {
	return append(slices.Clone(path), name)
}

// counter makes names unique.
type counter map[string]int

// unique is the name itself at first, then "name 2", "name 3".
func (c counter) unique(name string) string {
	if c[name]++; c[name] > 1 {
		return fmt.Sprintf("%s %d", name, c[name])
	}
	return name
}
