// SPDX-License-Identifier: Apache-2.0

// Package nixos holds the NixOS flake library that lies in this folder: the
// modules, overlays and templates that guests' flakes build on.
package nixos

import "embed"

// Library is the whole flake, flake.nix at its top. A copy of it needs nothing
// else of this repository; it only lacks the package of vmprov itself.
//
//go:embed README.md flake.nix flake.lock checks.nix lib modules overlays pkgs templates
var Library embed.FS
