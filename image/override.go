// SPDX-License-Identifier: Apache-2.0

package image

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Override builds a package from a local checkout: the flake's input NAME-src
// becomes a folder of the host.
type Override struct {
	// Name is the input's name without `-src`.
	Name string
	// Path is the absolute path of the checkout.
	Path string
}

// inputSuffix is of the inputs that are sources of packages.
const inputSuffix = "-src"

var (
	// inputName is an identifier of Nix (Nix manual, "Identifiers").
	inputName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_'-]*$`)
	// urlPath is what every nix takes in a path: URL as it is (RFC 3986, pchar);
	// not all of them decode the rest.
	urlPath = regexp.MustCompile(`^[A-Za-z0-9/._~!$&'()*+,;=:@-]+$`)
)

// Check refuses what cannot be an override, whatever is on the host.
func (o Override) Check() error {
	switch {
	case !inputName.MatchString(o.Name):
		return fmt.Errorf("override %s: `%s` cannot be the name of a flake's input", o.Name, o.Name+inputSuffix)
	case strings.HasSuffix(o.Name, inputSuffix):
		return fmt.Errorf("override %s: give the name without `%s`", o.Name, inputSuffix)
	}
	if _, err := PathURL(o.Path); err != nil {
		return fmt.Errorf("override %s: %w", o.Name, err)
	}
	return nil
}

// url is the checkout as nix takes it; it must be a folder.
func (o Override) url() (string, error) {
	if err := o.Check(); err != nil {
		return "", err
	}
	info, err := os.Stat(o.Path)
	if err != nil {
		return "", fmt.Errorf("override %s: %w", o.Name, err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("override %s: %s is not a folder", o.Name, o.Path)
	}
	return PathURL(o.Path)
}

// PathURL is a folder as a flake reference that may stand anywhere. It must be
// an absolute path of characters that every nix takes.
func PathURL(folder string) (string, error) {
	if !filepath.IsAbs(folder) {
		return "", fmt.Errorf("%s is not an absolute path", folder)
	}
	if !urlPath.MatchString(folder) {
		return "", fmt.Errorf("nix cannot take the path %q: only letters, digits and common punctuation may be in it, and no space", folder)
	}
	return "path:" + folder, nil
}

// describe is overrides in words, the same for the same ones.
func describe(overrides []Override) string {
	var out []string
	for _, o := range overrides {
		out = append(out, o.Name+"="+o.Path)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// overrideOptions are nix's for the overrides of r. An input that the flake
// does not have is an error: nix would only warn, and build without it.
func overrideOptions(ctx context.Context, n nix, ref reference, r Request) ([]string, error) {
	if len(r.Overrides) == 0 {
		return nil, nil
	}
	var options []string
	for _, o := range r.Overrides {
		url, err := o.url()
		if err != nil {
			return nil, err
		}
		options = append(options, "--override-input", o.Name+inputSuffix, url)
	}
	inputs, err := inputsOf(ctx, n, ref, options)
	if err != nil {
		return nil, err
	}
	for _, o := range r.Overrides {
		if !slices.Contains(inputs, o.Name+inputSuffix) {
			return nil, lacksInput(r.Flake, o.Name, inputs)
		}
	}
	return options, nil
}

func lacksInput(flake, name string, inputs []string) error {
	var sources []string
	for _, input := range inputs {
		if source, ok := strings.CutSuffix(input, inputSuffix); ok {
			sources = append(sources, source)
		}
	}
	there := "it declares no such source"
	if len(sources) > 0 {
		there = "it has " + strings.Join(sources, ", ")
	}
	return fmt.Errorf("override %s: the flake %s has no input `%s`: %s (declare it with `flake = false`, and an overlay that uses it)", name, flake, name+inputSuffix, there)
}

// inputsOf are the names of a flake's inputs, sorted. Nothing is written.
func inputsOf(ctx context.Context, n nix, ref reference, overriding []string) ([]string, error) {
	args := append([]string{"flake", "metadata", "--json", "--no-write-lock-file", ref.text}, overriding...)
	stderr := &lines{log: io.Discard, each: func(string) {}}
	out, err := n.output(ctx, stderr, args...)
	stderr.flush()
	if err != nil {
		return nil, fmt.Errorf("read inputs: nix: %s: %w", reason(stderr.tail), err)
	}
	return parseInputs(out)
}

// parseInputs reads the lock in what `nix flake metadata --json` prints.
func parseInputs(out []byte) ([]string, error) {
	var metadata struct {
		Locks struct {
			Nodes map[string]struct {
				Inputs map[string]json.RawMessage `json:"inputs"`
			} `json:"nodes"`
			Root string `json:"root"`
		} `json:"locks"`
	}
	if err := json.Unmarshal(out, &metadata); err != nil {
		return nil, fmt.Errorf("read inputs: %w", err)
	}
	var names []string
	for name := range metadata.Locks.Nodes[metadata.Locks.Root].Inputs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}
