// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"libvirt.org/go/libvirtxml"
)

// metadata sets <metadata> as it is given, once it is known to be well-formed
// by itself: raw text could otherwise close the element and go on with devices.
func metadata(s *Spec, d *libvirtxml.Domain) error {
	if s.Metadata == "" {
		return nil
	}
	if err := wellFormed(s.Metadata); err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	d.Metadata = &libvirtxml.DomainMetadata{XML: s.Metadata}
	return nil
}

// wellFormed says whether raw is a sequence of whole elements. Directives and
// processing instructions have no place inside of a document's element.
func wellFormed(raw string) error {
	dec := xml.NewDecoder(strings.NewReader(raw))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch token.(type) {
		case xml.Directive, xml.ProcInst:
			return errors.New("a directive or processing instruction is not allowed")
		}
	}
}
