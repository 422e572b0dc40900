// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"

	"gotest.tools/v3/assert"
)

// TestImagelessOrImage: the nearer of the two holds.
func TestImagelessOrImage(t *testing.T) {
	file := mustParse(t, `
project: p
images: {devel: {file: /i}, other: {file: /o}}
defaults: {image: devel, root: {size: 10GiB}, kernel: /k, cmdline: quiet}
guests:
  image:
  kdev: {imageless: {closure: /nix/store/x}}
  pair:
    imageless: {closure: /nix/store/x}
    variants:
      with: {image: other}
      without:
`)
	kinds := map[string]string{}
	for _, g := range file.Guests {
		if kinds[g.Name] = g.Image; g.Imageless != nil {
			assert.Equal(t, g.Image+g.Kernel+g.Cmdline, "")
			assert.Equal(t, g.Root.Size, Size(0))
			kinds[g.Name] = g.Imageless.Closure
		}
	}
	assert.DeepEqual(t, kinds, map[string]string{
		"image": "devel", "kdev": "/nix/store/x", "pair-with": "other", "pair-without": "/nix/store/x",
	})
}

func TestImagelessRefused(t *testing.T) {
	cases := []struct{ name, yaml, want string }{
		{"neither", "{imageless: {kernel: /k}}", "vmprov.yaml:3:14: guests.g.imageless: must have exactly one of `flake` and `closure`, got neither"},
		{"both", "{imageless: {flake: ./f, closure: /c}}", "vmprov.yaml:3:14: guests.g.imageless: must have exactly one of `flake` and `closure`, got both"},
		{"attribute of a closure", "{imageless: {closure: /c, attribute: a}}", "vmprov.yaml:3:39: guests.g.imageless.attribute: must only be given with `flake`"},
		{"empty attribute", "{imageless: {flake: ., attribute: ''}}", "vmprov.yaml:3:47: guests.g.imageless.attribute: must be a flake output, got nothing"},
		{"an image too", "{image: i, imageless: {closure: /c}}", "vmprov.yaml:3:14: guests.g.image: must not be given with `imageless`: the guest has no image"},
		{"a root too", "{root: {size: 1GiB}, imageless: {closure: /c}}", "vmprov.yaml:3:14: guests.g.root: must not be given with `imageless`: the guest has no image, and its root is in memory"},
		{"kernel beside it", "{kernel: /k, imageless: {closure: /c}}", "vmprov.yaml:3:14: guests.g.kernel: must not be given with `imageless`: the guest has no image (write `imageless.kernel`)"},
		{"taken tag", "{imageless: {closure: /c}, shares: [{tag: store, source: /s}]}", "vmprov.yaml:3:55: guests.g.shares[0].tag: must not be `store`, which is a share that the guest boots from"},
		{"unknown key", "{imageless: {closure: /c, initramfs: /i}}", "vmprov.yaml:3:39: guests.g.imageless.initramfs: unknown key; known here: flake, attribute, closure, kernel, initrd, modules, cmdline"},
		{"unknown host key", "{imageless: {closure: /c}, hostKey: pin}", "vmprov.yaml:3:49: guests.g.hostKey: must be one of pinned, accept, got `pin`; did you mean `pinned`?"},
		{"empty path", "{imageless: {closure: ''}}", "vmprov.yaml:3:35: guests.g.imageless.closure: must be a path, got nothing"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse([]byte(head+"guests: {g: "+tc.yaml+"}\n"), testEnvironment)
			assert.Error(t, err, tc.want)
		})
	}
}

func TestImagelessStopTimeout(t *testing.T) {
	file := mustParse(t, `
project: p
images: {i: {file: /i}}
guests:
  image:
  kdev: {imageless: {closure: /nix/store/x}}
  said: {imageless: {closure: /nix/store/x}, stopTimeout: 40s}
`)
	for i, want := range []string{"1m", "15s", "40s"} {
		assert.Equal(t, file.Guests[i].StopTimeout.String(), want, file.Guests[i].Name)
	}
}
