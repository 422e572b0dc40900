// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"mvdan.cc/sh/v3/expand"
	shell "mvdan.cc/sh/v3/syntax"
)

// top is the top of the repository.
const top = "../.."

// TestWrittenCommands: every vmprov in the sh blocks of the documents, and in
// the crontabs and units of the examples, is a command line that vmprov takes,
// every make a target, and every example that is named exists.
func TestWrittenCommands(t *testing.T) {
	targets := makeTargets(t)
	seen := 0
	for _, file := range writtenFiles(t) {
		for _, script := range scripts(t, file) {
			for _, words := range callsIn(t, file, script) {
				line := strings.Join(words, " ")
				switch filepath.Base(words[0]) {
				case programName:
					seen++
					checkExamples(t, file, words[1:])
					t.Run(line, func(t *testing.T) {
						took := parseLine(t, words[1:])
						assert.Check(t, took.code == ExitDone, "%s: %s", file, took.err)
					})
				case "make":
					if slices.Contains(words, "-C") {
						continue // another folder's
					}
					for _, target := range targetsOf(words[1:]) {
						assert.Check(t, slices.Contains(targets, target), "%s: %s: no target %s", file, line, target)
					}
				}
			}
		}
	}
	assert.Assert(t, seen > 20, "only %d command lines were found", seen)
}

// TestWrittenCommandsSeesFaults: the test above can fail.
func TestWrittenCommandsSeesFaults(t *testing.T) {
	const script = `sudo -u bob A=b ./vmprov up --restart "x y.yaml" # a comment
cd vms && vmprov upp | less
0 3 * * *  vmprov plan
NIX_CONFIG='a = b' /usr/local/bin/vmprov recycle --quiet /srv/vms $X; make demo
source <(vmprov completion "$(vmprov version)")`
	var lines []string
	for _, words := range callsIn(t, "a script", script) {
		lines = append(lines, strings.Join(words, "|"))
	}
	assert.DeepEqual(t, lines, []string{
		"./vmprov|up|--restart|x y.yaml", "cd|vms", "vmprov|upp", "less", "vmprov|plan",
		"/usr/local/bin/vmprov|recycle|--quiet|/srv/vms", "make|demo",
		"source|/dev/fd/63", "vmprov|completion|", "vmprov|version",
	})
	assert.Equal(t, parseLine(t, []string{"up", "--restart", "x y.yaml"}).code, ExitDone)
	assert.Equal(t, parseLine(t, []string{"upp"}).code, ExitUsage)
	assert.Equal(t, parseLine(t, []string{"up", "--restrat"}).code, ExitUsage)
	assert.Equal(t, parseLine(t, []string{"recycle", "--quiet", "/srv/vms"}).code, ExitDone)
}

func writtenFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "examples/*/*.md", "examples/*/*.service", "examples/*/crontab"} {
		found, err := filepath.Glob(filepath.Join(top, pattern))
		assert.NilError(t, err)
		files = append(files, found...)
	}
	assert.Assert(t, len(files) > 5, "found only %v", files)
	return files
}

var (
	fenced    = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	execStart = regexp.MustCompile(`(?m)^Exec[A-Za-z]+=[-+!@:]*(.*)$`)
	cronLine  = regexp.MustCompile(`(?m)^(?:[-0-9*,/]+\s+){5}(?:[a-z]+\s+)?(/.*)$`)
)

// scripts are the pieces of shell in a file.
func scripts(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	assert.NilError(t, err)
	form := fenced
	switch {
	case strings.HasSuffix(file, ".service"):
		form = execStart
	case filepath.Base(file) == "crontab":
		form = cronLine
	}
	var found []string
	for _, match := range form.FindAllSubmatch(text, -1) {
		found = append(found, string(match[1]))
	}
	assert.Assert(t, form == fenced || len(found) > 0, "%s: no command in it", file)
	return found
}

// callsIn are the words of every command of a script.
func callsIn(t *testing.T, file, script string) [][]string {
	t.Helper()
	parsed, err := shell.NewParser().Parse(strings.NewReader(script), file)
	assert.NilError(t, err)
	var calls [][]string
	// What is inside a substitution is walked as a command of its own.
	environment := &expand.Config{
		Env:       expand.ListEnviron("HOME=/home/user"),
		CmdSubst:  func(io.Writer, *shell.CmdSubst) error { return nil },
		ProcSubst: func(*shell.ProcSubst) (string, error) { return "/dev/fd/63", nil },
	}
	shell.Walk(parsed, func(node shell.Node) bool {
		call, ok := node.(*shell.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		words, err := expand.Fields(environment, call.Args...)
		assert.NilError(t, err, "%s: %s", file, script)
		calls = append(calls, withoutPrefix(words))
		return true
	})
	return calls
}

// cronTimes are the first five words of a line of crontab(5).
var cronTimes = regexp.MustCompile(`^[0-9*/,-]+$`)

var assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)

// withoutPrefix leaves out what runs another command: sudo, env and the lab.
func withoutPrefix(words []string) []string {
	for len(words) > 1 {
		switch {
		case len(words) > 5 && !slices.ContainsFunc(words[:5], func(w string) bool { return !cronTimes.MatchString(w) }):
			words = words[5:]
		case words[0] == "sudo" && words[1] == "-u" && len(words) > 3:
			words = words[3:]
		case slices.Contains([]string{"sudo", "env", "exec", "time", "test/lab"}, words[0]) && words[1][0] != '-', assignment.MatchString(words[0]):
			words = words[1:]
		default:
			return words
		}
	}
	return words
}

// parseLine runs a command line against verbs that do nothing, beside the
// configurations that it names.
func parseLine(t *testing.T, args []string) ran {
	t.Helper()
	folder := t.TempDir()
	args = slices.Clone(args)
	if args[0] == "destroy" {
		args = append(args, "--yes") // nobody can be asked here
	}
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if isConfig(arg) && !isFlag(arg) && !assignment.MatchString(arg) && !strings.Contains(arg, "://") {
			args[i] = filepath.Join(folder, arg)
			makeConfiguration(t, args[i])
		}
	}
	t.Chdir(folder)
	makeConfiguration(t, ".")
	return runLine(t.Context(), recorder{}, args...)
}

func makeConfiguration(t *testing.T, path string) {
	t.Helper()
	if !strings.HasSuffix(path, ".yaml") && !strings.HasSuffix(path, ".yml") {
		path = filepath.Join(path, "vmprov.yaml")
	}
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	assert.NilError(t, os.WriteFile(path, nil, 0o644))
}

// checkExamples: what a document names of the examples is there.
func checkExamples(t *testing.T, file string, args []string) {
	t.Helper()
	for _, arg := range args {
		if strings.HasPrefix(arg, "examples/") {
			_, err := os.Stat(filepath.Join(top, arg))
			assert.Check(t, err, "%s", file)
		}
	}
}

func makeTargets(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, "Makefile"))
	assert.NilError(t, err)
	var targets []string
	for _, match := range regexp.MustCompile(`(?m)^([a-z0-9-]+):`).FindAllSubmatch(text, -1) {
		targets = append(targets, string(match[1]))
	}
	return targets
}

// targetsOf are the targets of a make command line, without options and variables.
func targetsOf(args []string) []string {
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool {
		return cmp.Or(arg, "-")[0] == '-' || assignment.MatchString(arg)
	})
}
