// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
)

// TestValidateHost: what is said to lack is what libvirt and the machine do
// not have, asked in another way. Nothing is built.
func TestValidateHost(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.configure(t, `guests:
  old: {machine: pc-q35-99.0}
  device: {hostDevices: [{name: none, pci: "ffff:ff:1f.7"}]}
  efi: {firmware: efi}
  tpm: {tpm: {}}
  vsock: {vsock: {}}
  spice: {graphics: spice}
  pages: {memoryBacking: {hugepages: 2MiB}}
`)
	has := virsh(t, "domcapabilities", "--machine", "q35")
	reserved := "0"
	if pages := "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"; exists(pages) {
		reserved = strings.TrimSpace(readFile(t, pages))
	}
	var got struct {
		Guests []struct {
			Guest string
			Lacks []struct{ Key, Text string }
		}
	}
	out := icmd.RunCmd(p.command("--json", "validate", "--host")).Assert(t, icmd.Expected{ExitCode: 1}).Stdout()
	assert.NilError(t, json.Unmarshal([]byte(out), &got), out)
	assert.Equal(t, len(got.Guests), 7)
	want := map[string]bool{
		"old": true, "device": true,
		"efi":   !strings.Contains(has, "<value>efi</value>"),
		"tpm":   !strings.Contains(has, "<value>emulator</value>"),
		"vsock": !exists("/dev/vhost-vsock"),
		"spice": !strings.Contains(has, "<value>spice</value>"),
		"pages": len(reserved) < 3 || reserved < "128" && len(reserved) == 3,
	}
	for _, g := range got.Guests {
		assert.Check(t, (len(g.Lacks) > 0) == want[g.Guest], "%s: %+v", g.Guest, g.Lacks)
	}
	assert.Check(t, !exists(p.path("state/vmprov/gcroots", p.Name)), "an image was built")
}
