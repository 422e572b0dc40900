// SPDX-License-Identifier: Apache-2.0

package nixos

import (
	"fmt"
	"strings"
)

// Module is the NixOS module, as text, that mounts in the guest what the host
// declares: nixos-flake.shares and nixos-flake.storage, which the modules
// mounts.shares and mounts.storage of the library take. What has no mount
// point is named in a comment.
func Module(m Mounts) (string, error) {
	var shares, storage, left []string
	for _, s := range m.Shares {
		if s.Boot {
			continue
		}
		if s.Target == "" {
			left = append(left, "share "+s.Tag)
			continue
		}
		shares = append(shares, attribute(s.Target, shareFields(s)))
	}
	for _, d := range m.Disks {
		if d.Target == "" {
			left = append(left, "disk "+d.Name)
			continue
		}
		storage = append(storage, attribute(d.Target, diskFields(d)))
	}
	var b strings.Builder
	if len(left) > 0 {
		fmt.Fprintf(&b, "# Without a target, so left out: %s.\n", comment(strings.Join(left, ", ")))
	}
	if len(shares)+len(storage) == 0 {
		b.WriteString("{ }\n")
	} else {
		b.WriteString("{\n" + set("nixos-flake.shares", shares) + set("nixos-flake.storage", storage) + "}\n")
	}
	if strings.ContainsRune(b.String(), 0) {
		return "", fmt.Errorf("render module: Nix has no text with a zero byte, got %q", b.String())
	}
	return b.String(), nil
}

func shareFields(s Share) []string {
	return append([]string{"tag = " + quote(s.Tag) + ";"}, readOnly(s.ReadOnly)...)
}

// diskFields formats a blank disk as vmprov itself would; a disk that cannot be
// written is not formatted.
func diskFields(d Disk) []string {
	fields := []string{"device = " + quote(d.Links[0]) + ";", "fsType = " + quote(d.Type) + ";"}
	fields = append(fields, readOnly(d.ReadOnly)...)
	switch {
	case d.ReadOnly:
	case len(d.MkfsArgs) > 0:
		fields = append(fields, "mkfsArgs = "+list(d.MkfsArgs)+";")
	default:
		fields = append(fields, "autoFormat = true;")
	}
	return fields
}

func readOnly(yes bool) []string {
	if !yes {
		return nil
	}
	return []string{`options = [ "ro" ];`}
}

func set(name string, attributes []string) string {
	if len(attributes) == 0 {
		return ""
	}
	return indent(name + " = {\n" + strings.Join(attributes, "") + "};\n")
}

// attribute is one mount point with its fields, a line each.
func attribute(name string, fields []string) string {
	return indent(quote(name) + " = {\n" + indent(strings.Join(fields, "\n")+"\n") + "};\n")
}

// list is a list as nixfmt writes it: on one line only with one item.
func list(items []string) string {
	if len(items) == 1 {
		return "[ " + quote(items[0]) + " ]"
	}
	var b strings.Builder
	b.WriteString("[\n")
	for _, item := range items {
		b.WriteString("  " + quote(item) + "\n")
	}
	return b.String() + "]"
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("  " + line)
	}
	return b.String()
}

// quoting escapes what has a meaning in a string of Nix between double quotes
// (Nix manual, "String literals"), and the ends of lines, which it would keep
// but no reader of the file would see.
var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `${`, `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// quote is a text as a string of Nix.
func quote(text string) string { return `"` + quoting.Replace(text) + `"` }

// comment is a text as a part of a comment of one line.
func comment(text string) string { return strings.NewReplacer("\n", " ", "\r", " ").Replace(text) }
