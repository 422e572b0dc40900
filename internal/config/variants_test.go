// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"testing"

	"gotest.tools/v3/assert"
)

// TestVariants: a variant lies over its guest as the guest over the defaults.
func TestVariants(t *testing.T) {
	file, err := Parse([]byte(`
project: p
images: {i: {file: /i}}
defaults: {memory: 1GiB, root: {size: 10GiB}, cpus: 3}
guests:
  plain:
  kdev:
    cpus: 4
    kernel: /k
    root: {size: 20GiB}
    variants:
      baseline:
      dev: {kernel: /dev-kernel, memory: 2GiB}
      many: {count: 2, cpus: 1}
`), testEnvironment)
	assert.NilError(t, err)
	var got []string
	for _, g := range file.Guests {
		got = append(got, fmt.Sprintln(g.Name, g.Number(), g.Family, g.CPUs, g.Memory, g.Root.Size, g.Kernel))
	}
	assert.DeepEqual(t, got, []string{
		"plain 1 plain 3 1GiB 10GiB \n",
		"kdev-baseline 1 kdev 4 1GiB 20GiB /k\n",
		"kdev-dev 1 kdev 4 2GiB 20GiB /dev-kernel\n",
		"kdev-many-1 1 kdev 1 1GiB 20GiB /k\n",
		"kdev-many-2 2 kdev 1 1GiB 20GiB /k\n",
	})
}

func TestVariantsOfImageless(t *testing.T) {
	file, err := Parse([]byte(`
project: p
defaults: {variants: {a: {imageless: {kernel: ./linux}}, b: {hostKey: accept, imageless: {cmdline: nokaslr}}}}
guests:
  k: {imageless: {flake: ./flake, kernel: ~/linux, modules: mods}}
`), testEnvironment)
	assert.NilError(t, err)
	home, folder := testEnvironment.Owner.Home, "/srv/lab"
	assert.Equal(t, len(file.Guests), 2)
	a, b := file.Guests[0], file.Guests[1]
	assert.Equal(t, a.Name+" "+b.Name, "k-a k-b")
	assert.DeepEqual(t, *a.Imageless, Imageless{Flake: folder + "/flake", Kernel: folder + "/linux", Modules: folder + "/mods"})
	assert.DeepEqual(t, *b.Imageless, Imageless{Flake: folder + "/flake", Kernel: home + "/linux", Modules: folder + "/mods", Cmdline: "nokaslr"})
	assert.Equal(t, a.HostKey, HostKeyPinned)
	assert.Equal(t, b.HostKey, HostKey(""))
	assert.Equal(t, a.Image, "")
}

func TestVariantsRefused(t *testing.T) {
	cases := []struct{ name, yaml, want string }{
		{"of a variant", "{variants: {a: {variants: {b: {}}}}}", "vmprov.yaml:3:29: guests.g.variants.a.variants: must not be given in a variant, which has no variants of its own"},
		{"no label", "{variants: {A: {}}}", "vmprov.yaml:3:25: guests.g.variants.A: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `g-A`"},
		{"a wrong value", "{variants: {a: {cpus: 0}}}", "vmprov.yaml:3:35: guests.g.variants.a.cpus: must be 1 to 4096, got 0"},
		{"a rule", "{variants: {a: {initrd: /i}}}", "vmprov.yaml:3:29: guests.g.variants.a.initrd: must only be given with `kernel`"},
		{"a number", "{variants: {a-6: {}}}", "vmprov.yaml:3:25: guests.g.variants.a-6: must not end in a number as the name of a variant, which is how guests are counted, got `a-6`"},
		{"no mapping", "{variants: [a]}", "vmprov.yaml:3:24: guests.g.variants: must be a mapping, got a list"},
		{"a guest of the same name", "{variants: {a: {}}}, g-a: {}", "vmprov.yaml:3:34: guests.g-a: must not have the guest `g-a`, which `g-a` has too"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse([]byte(head+"guests: {g: "+tc.yaml+"}\n"), testEnvironment)
			assert.Error(t, err, tc.want)
		})
	}
}
