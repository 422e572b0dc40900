// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestReorder(t *testing.T) {
	s := syntax{
		globals: flagTable{"json": false, "quiet": false, "q": false, "file": true, "f": true, "connect": true},
		commands: map[string]commandSyntax{
			"up":   {flags: flagTable{"parallel": true, "no-wait": false, "recreate": true}},
			"logs": {flags: flagTable{"follow": false, "f": false}},
			"ssh":  {remote: true},
		},
	}
	for _, tc := range []struct{ args, want string }{
		{"", ""},
		{"up", "up"},
		{"up cfg.yaml xfs-1", "up -- cfg.yaml xfs-1"},
		{"up cfg.yaml --json", "--json up -- cfg.yaml"},
		{"--json up cfg.yaml", "--json up -- cfg.yaml"},
		{"up a --parallel 4 b --no-wait", "up --parallel=4 --no-wait -- a b"},
		{"up a --parallel=4", "up --parallel=4 -- a"},
		{"up -parallel 4", "up -parallel=4"},
		{"up --recreate a --recreate b c", "up --recreate=a --recreate=b -- c"},
		{"-f x.yaml up g", "-f=x.yaml up -- g"},
		{"up g -f x.yaml", "-f=x.yaml up -- g"},
		{"up --quiet=false g", "--quiet=false up -- g"},
		{"up --connect -weird g", "--connect=-weird up -- g"},
		{"up --connect -- g", "--connect=-- up -- g"},
		{"up - g", "up -- - g"},
		// Unknown flags stay for the parser to refuse; a value is not guessed.
		{"up --bogus g", "up --bogus -- g"},
		{"--bogus up g", "--bogus up -- g"},
		{"nosuch --json g", "--json nosuch -- g"},
		// What follows -- is left as it is.
		{"up -- --json g", "up -- --json g"},
		{"up a -- b -- c", "up -- a b -- c"},
		// A command's own flag hides the global one, behind the command only.
		{"logs -f g", "logs -f -- g"},
		{"-f x.yaml logs g", "-f=x.yaml logs -- g"},
		{"logs g --file x.yaml -f", "--file=x.yaml logs -f -- g"},
		// Behind the guest everything is the guest's.
		{"ssh g ls -l --json", "ssh -- g ls -l --json"},
		{"ssh --json g -- ls -f x", "--json ssh -- g -- ls -f x"},
		{"ssh cfg/ -q g --help", "-q ssh -- cfg/ g --help"},
		{"ssh -- g -f", "ssh -- g -f"},
		// Help anywhere is the help command.
		{"--help", "help"},
		{"up --no-wait g -h", "help -- up"},
		{"--help up", "help -- up"},
		{"--json ssh --help", "--json help -- ssh"},
		{"help --help up", "help -- up"},
	} {
		t.Run(tc.args, func(t *testing.T) {
			got, err := reorder(s, strings.Fields(tc.args))
			assert.NilError(t, err)
			assert.Equal(t, strings.Join(got, " "), tc.want)
		})
	}
}

func TestReorderMissingValue(t *testing.T) {
	s := syntax{globals: flagTable{"connect": true}, commands: map[string]commandSyntax{"up": {}}}
	// Left alone, the parser would take the command for the value.
	_, err := reorder(s, []string{"up", "g", "--connect"})
	assert.Error(t, err, "--connect: needs a value")
	assert.Equal(t, exitCode(err), ExitUsage)
}

func TestReorderKeepsEmptyArguments(t *testing.T) {
	got, err := reorder(syntax{globals: flagTable{"file": true}}, []string{"up", "", "--file", ""})
	assert.NilError(t, err)
	assert.DeepEqual(t, got, []string{"--file=", "up", "--", ""})
}
