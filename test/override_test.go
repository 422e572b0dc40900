// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
	"gotest.tools/v3/skip"
)

// sized is a flake whose image is as large as its source says. Nothing in it
// boots: the guest only has to run.
const sized = `{
  inputs.size-src = { url = "path:SOURCE"; flake = false; };
  outputs = { self, size-src }: {
    nixosConfigurations.vm.config = {
      system.build.image = derivation {
        name = "vmprov-e2e-sized"; system = "x86_64-linux"; builder = "/bin/sh";
        args = [ "-c" "export PATH=ENVIRON; read -r size < ${size-src}/size; qemu-img create -q -f qcow2 $out $size" ];
      };
      nixos-flake.shares."/data" = { tag = "share"; options = [ "ro" ]; };
    };
  };
}
`

// TestOverride takes a source from another folder for one build, and sees it in
// what is built, in what is remembered and in every plan that uses it.
func TestOverride(t *testing.T) {
	_, err := exec.LookPath("nix")
	skip.If(t, err != nil, "it builds with nix")
	t.Parallel()
	p := newProject(t)
	for folder, size := range map[string]string{"declared": "11M", "local": "13M"} {
		assert.NilError(t, os.Mkdir(p.path(folder), 0o755))
		writeFile(t, p.path(folder, "size"), size+"\n")
	}
	path, err := exec.LookPath("qemu-img")
	assert.NilError(t, err)
	environ := strings.TrimSuffix(path, "/qemu-img")
	writeFile(t, p.path("image", "flake.nix"), strings.NewReplacer("SOURCE", p.path("declared"), "ENVIRON", environ).Replace(sized))
	p.configureAll(t, `project: {{.Name}}
pool: {path: ./pool}
images: {devel: {flake: ./image}}
guests:
  a:
    image: devel
    memory: 128MiB
    networks: []
    stopTimeout: 1s
    shares: [{tag: share, source: ./share, target: /data}]
`)
	local := "size=" + p.path("local")
	note := "image `devel`: built with local sources: " + local

	plan := p.must(t, "plan", "--override", local)
	assert.Assert(t, cmp.Contains(plan, note))
	up := p.vmprov(t, "up", "--override", local).Assert(t, icmd.Success)
	assert.Assert(t, cmp.Contains(up.Stderr(), note))
	overridden := backing(t, p.diskPath(t, "a", "vda"))

	// What is remembered is the same, and is said again where it is used.
	again := p.vmprov(t, "recycle").Assert(t, icmd.Success)
	assert.Assert(t, cmp.Contains(again.Stderr(), note))
	assert.Equal(t, backing(t, p.diskPath(t, "a", "vda")), overridden)

	// The flake alone makes another image, and nothing is said.
	plain := p.vmprov(t, "recycle", "--build").Assert(t, icmd.Success)
	assert.Assert(t, !strings.Contains(plain.Combined(), "local sources"))
	assert.Assert(t, backing(t, p.diskPath(t, "a", "vda")) != overridden)

	// --update takes in what the declared source became.
	writeFile(t, p.path("declared", "size"), "17M\n")
	before := p.must(t, "build")
	updated := p.vmprov(t, "build", "--update").Assert(t, icmd.Success)
	assert.Assert(t, cmp.Contains(updated.Stderr(), "flake.lock changed: updated size-src"))
	assert.Assert(t, updated.Stdout() != before)

	// The two sides differ in one thing, which is a failure.
	compared := p.vmprov(t, "validate", "--guest").Assert(t, icmd.Expected{ExitCode: 1})
	assert.Assert(t, cmp.Contains(compared.Stdout(), "a: /data: share `share` can be written here, and the guest mounts it read-only\n"))
}
