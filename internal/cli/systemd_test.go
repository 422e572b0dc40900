// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/golden"
)

// TestNightlyExample: the units beside the example are those that the command
// prints for it; -update writes them.
func TestNightlyExample(t *testing.T) {
	n := nightly{program: "/usr/local/bin/vmprov", config: "/srv/nightly/vmprov.yaml", project: "nightly", calendar: "*-*-* 02:30:00"}
	for _, u := range n.units() {
		golden.Assert(t, u.Text, "../../../examples/nightly/"+u.Name)
	}
}

// TestUnitsVerify holds the units to systemd itself, where it is.
func TestUnitsVerify(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("NOT RUN: systemd-analyze is missing, which holds the units to systemd (apt install systemd)")
	}
	program, err := exec.LookPath("true")
	assert.NilError(t, err)
	for _, tc := range []struct {
		name  string
		given nightly
	}{
		{"with an image", nightly{program: program, config: "/srv/my vms/100%/$x.yaml", project: "p", guests: []string{"a", "b"}, calendar: "*-*-* 02:30:00"}},
		{"from the store", nightly{program: program, config: "/srv/p.yaml", project: "p", calendar: "Sat", mounts: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			folder := t.TempDir()
			args := []string{"verify", "--man=no"}
			for _, u := range tc.given.units() {
				path := filepath.Join(folder, u.Name)
				assert.NilError(t, os.WriteFile(path, []byte(u.Text), 0o644))
				args = append(args, strings.Replace(path, "@.", "@x.", 1))
			}
			assert.NilError(t, os.WriteFile(filepath.Join(folder, "vmprov-failed@x.service"), []byte(failed), 0o644))
			// It looks for other units, such as OnFailure= names, beside these.
			cmd := exec.CommandContext(t.Context(), analyze, args...)
			cmd.Env = append(os.Environ(), "SYSTEMD_LOG_LEVEL=warning")
			out, err := cmd.CombinedOutput()
			assert.NilError(t, err, "%s", out)
			var said []string
			for line := range strings.Lines(string(out)) {
				if strings.Contains(line, "vmprov") {
					said = append(said, line)
				}
			}
			assert.Equal(t, len(said), 0, "%s", out)
		})
	}
}

func TestUnitWord(t *testing.T) {
	for word, want := range map[string]string{
		"/srv/vms": "/srv/vms", "a b": `"a b"`, "": `""`, "50%": `"50%%"`, "$HOME": `"$$HOME"`, `a"b\c`: `"a\"b\\c"`, "a;b": `"a;b"`, "a\nb": `"a\nb"`,
	} {
		assert.Equal(t, unitWord(word), want)
	}
}

func TestSystemdUnitCommand(t *testing.T) {
	took := parseLine(t, []string{"systemd-unit", "x.yaml", "--calendar", ""})
	assert.Equal(t, took.code, ExitUsage)

	folder := t.TempDir()
	path := filepath.Join(folder, "vmprov.yaml")
	assert.NilError(t, os.WriteFile(path, []byte("project: p\nimages: {i: {file: /i.qcow2}}\nguests: {a: {image: i}, b: {image: i}}\n"), 0o644))
	var out, stderr strings.Builder
	run := func(args ...string) int {
		out.Reset()
		stderr.Reset()
		return Main(t.Context(), append([]string{"systemd-unit"}, args...), Streams{Out: &out, Err: &stderr})
	}
	assert.Equal(t, run(path, "b"), ExitDone, stderr.String())
	program, err := os.Executable()
	assert.NilError(t, err)
	assert.Check(t, cmp.Contains(out.String(), "# /etc/systemd/system/vmprov-p.service\n[Unit]\n"))
	assert.Check(t, cmp.Contains(out.String(), "ExecStart="+unitWord(program)+" recycle "+path+" b --build --wait-lock 30m\n"))
	assert.Check(t, cmp.Contains(out.String(), "\n# /etc/systemd/system/vmprov-p.timer\n[Unit]\n"))
	assert.Equal(t, run(path, "c"), ExitUsage, out.String())

	assert.Equal(t, run(path, "--output", folder), ExitDone, stderr.String())
	assert.Equal(t, out.String(), strings.Join([]string{
		filepath.Join(folder, "vmprov-p.service"), filepath.Join(folder, "vmprov-p.timer"), filepath.Join(folder, "vmprov-failed@.service"), "",
	}, "\n"))
	assert.Check(t, cmp.Contains(read(t, filepath.Join(folder, "vmprov-p.timer")), "OnCalendar=*-*-* 02:30:00\n"))
}
