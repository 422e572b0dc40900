// SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"
	"path/filepath"
	"strings"

	"vmprov/image/nixos"
)

// GuestModule is the NixOS module of guests that mount the same.
type GuestModule struct {
	Guests []string `json:"guests"`
	// Module is its text.
	Module string `json:"module"`
}

// Module renders the mounts of the selected guests as a module of NixOS. They
// must all be the same: a module is of one system.
func Module(env Env, s Selection) (*GuestModule, error) {
	file, err := load(env, s.Config)
	if err != nil {
		return nil, err
	}
	selected, err := file.Select(s.Guests)
	if err != nil {
		return nil, err
	}
	var out GuestModule
	for _, g := range selected {
		text, err := nixos.Module(declared(g))
		if err != nil {
			return nil, fmt.Errorf("guest `%s`: %w", g.Name, err)
		}
		if len(out.Guests) > 0 && text != out.Module {
			return nil, fmt.Errorf("guests `%s` and `%s` mount different things; name one", out.Guests[0], g.Name)
		}
		out.Guests, out.Module = append(out.Guests, g.Name), text
	}
	if len(out.Guests) == 0 {
		return nil, fmt.Errorf("%s declares no guest", file.Path)
	}
	// On one line, whatever the file is called: the rest of it would be code.
	name := strings.Join(strings.Fields(filepath.Base(file.Path)), " ")
	out.Module = fmt.Sprintf("# What %s mounts in %s. It needs nixosModules.mounts.shares and\n# nixosModules.mounts.storage.\n", name, strings.Join(out.Guests, ", ")) + out.Module
	return &out, nil
}
