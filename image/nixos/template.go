// SPDX-License-Identifier: Apache-2.0

package nixos

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Names of the templates.
const (
	TemplateLibvirt   = "libvirt"
	TemplateImageless = "imageless"
)

// Templates are the names of all templates.
func Templates() []string { return []string{TemplateLibvirt, TemplateImageless} }

// placeholder is the library's URL as the templates have it.
const placeholder = `"path:/path/to/nixos-flake"`

// Template is the flake.nix of a template, with the library at a URL that nix
// takes as the input of a flake.
func Template(name, libraryURL string) (string, error) {
	if !slices.Contains(Templates(), name) {
		return "", fmt.Errorf("find template `%s`: there are %s", name, strings.Join(Templates(), " and "))
	}
	text, err := Library.ReadFile(path.Join("templates", name, "flake.nix"))
	if err != nil {
		return "", fmt.Errorf("find template `%s`: %w", name, err)
	}
	if strings.Count(string(text), placeholder) != 1 {
		return "", fmt.Errorf("fill in template `%s`: it has no %s", name, placeholder)
	}
	return strings.Replace(string(text), placeholder, quote(libraryURL), 1), nil
}
