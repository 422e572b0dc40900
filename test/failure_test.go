// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/icmd"
)

// consoleLines is how much of a console log a failed test shows.
const consoleLines = 40

// show logs what there is to see of a project whose test failed.
func (p *project) show(t *testing.T) {
	config, _ := os.ReadFile(p.path("vmprov.yaml"))
	t.Logf("vmprov.yaml:\n%s", config)
	for _, args := range [][]string{{"status"}, {"plan", "--no-build"}} {
		t.Logf("vmprov %s:\n%s", strings.Join(args, " "), icmd.RunCmd(p.command(args...)).Combined())
	}
	names := icmd.RunCommand("virsh", "-q", "-c", "qemu:///system", "list", "--all", "--name").Stdout()
	for _, name := range strings.Fields(names) {
		if strings.HasPrefix(name, p.Name+"-") {
			t.Logf("domain %s:\n%s", name, icmd.RunCommand("virsh", "-c", "qemu:///system", "dumpxml", name).Combined())
		}
	}
	logs, _ := filepath.Glob(p.path("pool", "*.console.log"))
	for _, log := range logs {
		text, _ := os.ReadFile(log)
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		t.Logf("end of %s:\n%s", log, strings.Join(lines[max(0, len(lines)-consoleLines):], "\n"))
	}
}
