// SPDX-License-Identifier: Apache-2.0

package config

// badTop are faults outside networks and guests.
var badTop = []badCase{
	{
		name: "project",
		yaml: "project: Lab_1\nimages: {i: {file: /i}}\nguests: {a: {}}\n",
		want: "vmprov.yaml:1:10: project: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `Lab_1`",
	},
	{
		name: "project as a number",
		yaml: "project: 12\nimages: {i: {file: /i}}\nguests: {a: {}}\n",
		want: "vmprov.yaml:1:10: project: must be a string (put it in quotes), got `12`",
	},
	{
		name: "connection without a scheme",
		yaml: head + "connection: localhost\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:13: connection: must be a libvirt URI such as qemu:///system, got `localhost`",
	},
	{
		name: "connection of another driver",
		yaml: head + "connection: xen:///system\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:13: connection: must be a URI of libvirt's QEMU driver such as qemu:///system, got `xen:///system`",
	},
	{
		name: "pool as a path",
		yaml: head + "pool: /srv/pool\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:7: pool: must be the name of a pool; write a folder as {path: /srv/pool}, got `/srv/pool`",
	},
	{
		name: "pool with both",
		yaml: head + "pool: {name: a, path: /b}\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:7: pool: must have a name or a path, got both",
	},
	{
		name: "pool with nothing",
		yaml: head + "pool: {}\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:7: pool: must be the name of a pool, or {path: DIR}",
	},
	{
		name: "pool of the wrong type",
		yaml: head + "pool: [a]\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:7: pool: must be the name of a pool, or {path: DIR}, got a list",
	},
	{
		name: "ssh user as an option",
		yaml: head + "ssh: {user: -oProxyCommand}\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:13: ssh.user: must be a login name of lower-case letters, digits, `_`, `.` and `-`, got `-oProxyCommand`",
	},
	{
		name: "bad literal key",
		yaml: head + "ssh: {authorizedKeys: [ssh-ed25519 AAAA]}\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:24: ssh.authorizedKeys[0]: must be a public key or a file that holds one, got `ssh-ed25519 AAAA`",
	},
	{
		name: "home of another user",
		yaml: head + "ssh: {identityFile: ~bob/.ssh/id}\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:21: ssh.identityFile: must not name a user's home; `~/` is the home of the file's owner, got `~bob/.ssh/id`",
	},
	{
		name: "variable in a path",
		yaml: head + "ssh: {authorizedKeys: [$HOME/.ssh/id.pub]}\nguests: {a: {}}\n",
		want: "vmprov.yaml:3:24: ssh.authorizedKeys[0]: must be a path without variables; `~` is the home of the file's owner, got `$HOME/.ssh/id.pub`",
	},
	{
		name: "empty path",
		yaml: head + "guests:\n  a:\n    kernel: \"\"\n",
		want: "vmprov.yaml:5:13: guests.a.kernel: must be a path, got nothing",
	},
	{
		name: "no images",
		yaml: "project: p\nguests: {a: {}, b: {}}\n",
		want: "vmprov.yaml:1:1: images: must have at least one image, as a guest starts from one",
	},
	{
		name: "image with both",
		yaml: "project: p\nimages: {i: {flake: ./x, file: ./y}}\nguests: {a: {}}\n",
		want: "vmprov.yaml:2:10: images.i: must have exactly one of `flake` and `file`, got both",
	},
	{
		name: "image with nothing",
		yaml: "project: p\nimages: {i: {}, j:}\nguests: {a: {image: i}}\n",
		want: "vmprov.yaml:2:10: images.i: must have exactly one of `flake` and `file`, got neither\n" +
			"vmprov.yaml:2:17: images.j: must have exactly one of `flake` and `file`, got neither",
	},
	{
		name: "attribute without flake",
		yaml: "project: p\nimages: {i: {file: ./y, attribute: x}}\nguests: {a: {}}\n",
		want: "vmprov.yaml:2:25: images.i.attribute: must only be given with `flake`",
	},
	{
		name: "image name",
		yaml: "project: p\nimages: {My_Image: {file: ./y}}\nguests: {a: {}}\n",
		want: "vmprov.yaml:2:10: images.My_Image: must be a DNS label (a-z, 0-9 and `-`, at most 63 characters, no `-` at either end), got `My_Image`",
	},
	{
		name: "flake with a fragment",
		yaml: "project: p\nimages: {i: {flake: ./x#vm}}\nguests: {a: {}}\n",
		want: "vmprov.yaml:2:21: images.i.flake: must not have a fragment; say it with `attribute`, got `./x#vm`",
	},
	{
		name: "flake as a bare word",
		yaml: "project: p\nimages: {i: {flake: devel}}\nguests: {a: {}}\n",
		want: "vmprov.yaml:2:21: images.i.flake: must be a folder such as ./devel, or a flake URL such as github:owner/repo, got `devel`",
	},
	{
		name: "flake of an unknown scheme",
		yaml: "project: p\nimages: {i: {flake: gihtub:o/r}}\nguests: {a: {}}\n",
		want: "vmprov.yaml:2:21: images.i.flake: must be a folder or a flake URL that nix knows, perhaps one of github, got `gihtub:o/r`",
	},
	{
		name: "flake folder with a query",
		yaml: "project: p\nimages: {i: {flake: 'path:./x?dir=y'}}\nguests: {a: {}}\n",
		want: "vmprov.yaml:2:21: images.i.flake: must be the folder of the flake itself, without a query, got `path:./x?dir=y`",
	},
}
