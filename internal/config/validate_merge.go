// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// identity are the elements of a domain by which vmprov knows it.
var identity = []string{"name", "uuid", "metadata"}

// merge checks the XML that is laid over what vmprov renders, as XML; what it
// may hold is seen when it is rendered.
func (v validator) merge(f family) {
	at := f.at("xml.merge")
	if f.spec.XML == nil || !v.layout.said(at) || v.isBroken(at) {
		return
	}
	text := string(f.spec.XML.Merge)
	err, known := v.markups[text]
	if !known {
		err = checkMarkup(text)
		v.markups[text] = err
	}
	if err != nil {
		v.value(at, "must be a <domain> element, got %v", err)
	}
}

// checkMarkup says what keeps a text from being a <domain> element that can be merged.
func checkMarkup(text string) error {
	decoder := xml.NewDecoder(strings.NewReader(text))
	for depth, roots := 0, 0; ; {
		token, err := decoder.Token()
		var syntax *xml.SyntaxError
		switch {
		case errors.Is(err, io.EOF) && roots == 0:
			return errors.New("none")
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &syntax):
			return fmt.Errorf("a mistake in its line %d: %s", syntax.Line, syntax.Msg)
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			if err := checkElement(t, depth, roots); err != nil {
				return err
			}
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && strings.TrimSpace(string(t)) != "" {
				return errors.New("text outside of an element")
			}
		case xml.Directive:
			return errors.New("a document type")
		}
	}
}

// checkElement checks the first two levels, which decide whose the content is.
func checkElement(e xml.StartElement, depth, roots int) error {
	name := e.Name.Local
	switch {
	case roots > 1:
		return errors.New("more than one element")
	case depth == 0 && (name != "domain" || e.Name.Space != ""):
		return fmt.Errorf("<%s>", name)
	case depth == 1 && e.Name.Space == "" && slices.Contains(identity, name):
		return fmt.Errorf("<%s> in it, which is vmprov's own", name)
	}
	return nil
}
