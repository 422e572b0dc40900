// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"libvirt.org/go/libvirtxml"
)

// merge lays the user's fragment of XML over what was rendered: a single
// element, such as <features>, is merged with its own kind, an item of a list,
// such as a device, is added. Decoding the fragment into the rendered value
// does both. What it names that the value has no place for would be lost
// without a word, so all of it must be found in the result.
func merge(s *Spec, d *libvirtxml.Domain) error {
	if s.Escape.Merge == "" {
		return nil
	}
	if err := mergeInto(s.Escape.Merge, d); err != nil {
		return fmt.Errorf("xml: merge: %w", err)
	}
	return nil
}

func mergeInto(fragment string, d *libvirtxml.Domain) error {
	wanted, err := parseDomain(fragment)
	if err != nil {
		return err
	}
	if err := checkFragment(wanted); err != nil {
		return err
	}
	if err := xml.Unmarshal([]byte(fragment), d); err != nil {
		return err
	}
	text, err := d.Marshal()
	if err != nil {
		return err
	}
	got, err := parseDomain(text)
	if err != nil {
		return err
	}
	if lost := missing(wanted, got, "domain"); len(lost) > 0 {
		return fmt.Errorf("%s: not known here, and would be lost", strings.Join(lost, ", "))
	}
	return nil
}

// untouchable is what a guest is known by.
var untouchable = []string{"name", "uuid", "metadata"}

func checkFragment(fragment element) error {
	for _, c := range fragment.Children {
		if slices.Contains(untouchable, c.name()) {
			return fmt.Errorf("<%s> is vmprov's own and cannot be changed", c.name())
		}
	}
	if fragment.attr("id") != "" {
		return errors.New("attribute id is libvirt's own")
	}
	if strings.TrimSpace(fragment.Text) != "" {
		return fmt.Errorf("text %q is in no element", strings.TrimSpace(fragment.Text))
	}
	return nil
}

// missing are the paths of what wanted says and got does not. Of several
// elements of one name, the one that lacks least counts.
func missing(wanted, got element, path string) []string {
	var out []string
	for _, a := range wanted.Attrs {
		if !isDeclaration(a) && !slices.ContainsFunc(got.Attrs, func(b xml.Attr) bool { return sameAttr(a, b) }) {
			out = append(out, path+"/@"+a.Name.Local)
		}
	}
	if text := strings.TrimSpace(wanted.Text); text != "" && text != strings.TrimSpace(got.Text) {
		out = append(out, path+"/text()")
	}
	for _, c := range wanted.Children {
		below := path + "/" + c.name()
		least, found := []string{below}, false
		for _, candidate := range got.Children {
			if candidate.XMLName != c.XMLName {
				continue
			}
			if lost := missing(c, candidate, below); !found || len(lost) < len(least) {
				least, found = lost, true
			}
		}
		out = append(out, least...)
	}
	return out
}

// sameAttr also takes two spellings of one number, such as 7 and 0x07.
func sameAttr(a, b xml.Attr) bool {
	if a.Name.Local != b.Name.Local {
		return false
	}
	if a.Value == b.Value {
		return true
	}
	x, errX := strconv.ParseUint(a.Value, 0, 64)
	y, errY := strconv.ParseUint(b.Value, 0, 64)
	return errX == nil && errY == nil && x == y
}
