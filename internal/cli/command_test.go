// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"vmprov/image"
	"vmprov/image/nixos"
	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/plan"
	"vmprov/internal/run"
)

// recorder is verbs that remember what they were called with.
type recorder struct {
	call string
	env  run.Env
	err  error
	// differences are what validate --guest finds.
	differences []nixos.Difference
	lacks       []plan.Lack
}

func (r *recorder) saw(env run.Env, verb string, options any) {
	r.call = fmt.Sprintf("%s %+v", verb, options)
	r.env = env
}

func (r *recorder) verbs() verbs {
	summary := &run.Summary{Project: "fstests"}
	return verbs{
		up: func(_ context.Context, env run.Env, o run.UpOptions) (*run.Summary, error) {
			r.saw(env, "up", o)
			return summary, r.err
		},
		plan: func(_ context.Context, env run.Env, o run.UpOptions) (*run.PlanResult, error) {
			r.saw(env, "plan", o)
			return &run.PlanResult{Project: "fstests"}, r.err
		},
		recycle: func(_ context.Context, env run.Env, o run.RecycleOptions) (*run.Summary, error) {
			r.saw(env, "recycle", o)
			return summary, r.err
		},
		switchTo: func(_ context.Context, env run.Env, o run.SwitchOptions) (*run.Summary, error) {
			r.saw(env, "switch", o)
			return summary, r.err
		},
		destroy: func(_ context.Context, env run.Env, o run.DestroyOptions) (*run.Summary, error) {
			r.saw(env, "destroy", o)
			return summary, r.err
		},
		gc: func(_ context.Context, env run.Env, o run.GCOptions) (*run.GCResult, error) {
			r.saw(env, "gc", o)
			return &run.GCResult{Project: "fstests"}, r.err
		},
		start: func(_ context.Context, env run.Env, o run.StartOptions) (*run.Summary, error) {
			r.saw(env, "start", o)
			return summary, r.err
		},
		stop: func(_ context.Context, env run.Env, o run.StopOptions) (*run.Summary, error) {
			r.saw(env, "stop", o)
			return summary, r.err
		},
		status: func(_ context.Context, env run.Env, o run.StatusOptions) (*run.StatusReport, error) {
			r.saw(env, "status", o)
			return &run.StatusReport{Project: "fstests"}, r.err
		},
		ssh: func(_ context.Context, env run.Env, o run.SSHOptions) error {
			r.saw(env, "ssh", o)
			return r.err
		},
		sshConfig: func(_ context.Context, env run.Env, s run.Selection) (string, error) {
			r.saw(env, "ssh-config", s)
			return "Host xfs-1\n", r.err
		},
		console: func(_ context.Context, env run.Env, configPath, guest string) error {
			r.saw(env, "console", []string{configPath, guest})
			return r.err
		},
		logs: func(_ context.Context, env run.Env, o run.LogsOptions) error {
			r.saw(env, "logs", o)
			return r.err
		},
		gdb: func(_ context.Context, env run.Env, o run.GDBOptions) error {
			r.saw(env, "gdb", o)
			return r.err
		},
		validate: func(configPath string) (*config.File, error) {
			r.saw(run.Env{}, "validate", configPath)
			return &config.File{Project: "fstests", Guests: []config.Guest{
				{Name: "xfs-1", Family: "xfs"}, {Name: "xfs-2", Family: "xfs"}, {Name: "kdev", Family: "kdev"},
			}}, r.err
		},
		agree: func(_ context.Context, env run.Env, s run.Selection) (*run.Agreement, error) {
			r.saw(env, "agree", s)
			return &run.Agreement{Project: "fstests", Guests: []run.GuestAgreement{
				{Guest: "xfs-1", Differences: r.differences}, {Guest: "kdev", Skipped: "a ready file", Differences: []nixos.Difference{}},
			}}, r.err
		},
		fit: func(_ context.Context, env run.Env, s run.Selection) (*run.Fitness, error) {
			r.saw(env, "fit", s)
			return &run.Fitness{Project: "fstests", Host: "libvirt 9.0.0", Guests: []run.GuestFitness{
				{Guest: "xfs-1", Lacks: r.lacks, Notes: []string{"a note"}}, {Guest: "kdev", Lacks: []plan.Lack{}},
			}}, r.err
		},
		init: func(_ context.Context, o run.InitOptions) (*run.InitResult, error) {
			r.saw(run.Env{}, "init", o)
			return &run.InitResult{Dir: "/vm", Template: o.Template, Project: "vm", Library: "path:/lib", Files: []string{"flake.nix", "vmprov.yaml"}}, r.err
		},
		module: func(env run.Env, s run.Selection) (*run.GuestModule, error) {
			r.saw(env, "module", s)
			return &run.GuestModule{Guests: []string{"xfs-1"}, Module: "{ }\n"}, r.err
		},
		build: func(_ context.Context, env run.Env, o run.BuildOptions) ([]image.Artifact, error) {
			r.saw(env, "build", o)
			return []image.Artifact{{Name: "devel", Path: "/nix/store/x/nixos.qcow2", Format: "qcow2"}}, r.err
		},
		xml: func(_ context.Context, env run.Env, s run.Selection) ([]run.GuestXML, error) {
			r.saw(env, "xml", s)
			return []run.GuestXML{{Guest: "xfs-1", XML: "<domain/>"}}, r.err
		},
		schema: func() ([]byte, error) {
			r.saw(run.Env{}, "schema", "")
			return []byte("{}\n"), r.err
		},
		doctor: func(_ context.Context, env run.Env, s run.Selection) ([]run.Check, error) {
			r.saw(env, "doctor", s)
			return []run.Check{{Name: "libvirtd", Level: "ok", Detail: "9.0.0"}}, r.err
		},
	}
}

// ran is one command line that was run against recorded verbs.
type ran struct {
	recorder
	code     int
	out, err string
}

func runLine(ctx context.Context, r recorder, args ...string) ran {
	result := ran{recorder: r}
	var out, errs bytes.Buffer
	p := &program{
		in: strings.NewReader(""), out: &resultWriter{w: &out}, err: &errs,
		verbs: result.verbs(), now: time.Now, getenv: func(string) string { return "" },
	}
	result.code = p.run(ctx, args)
	result.out, result.err = out.String(), errs.String()
	return result
}

// configurations makes the files that the command lines of these tests name.
func configurations(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	assert.NilError(t, os.Mkdir("cfg", 0o755))
	for _, name := range []string{"vmprov.yaml", "a.yaml", "b.yml", "cfg/vmprov.yaml"} {
		assert.NilError(t, os.WriteFile(name, nil, 0o644))
	}
}

func TestOptions(t *testing.T) {
	configurations(t)
	for _, tc := range []struct{ args, want string }{
		{"up", "up {Selection:{Config: Guests:[]} Parallel:0 NoWait:false NoBuild:false DryRun:false Restart:false Recycle:false Restore:false RemoveOrphans:false Adopt:false Recreate:[] RestartPanicked:false Building:{Overrides:[] Update:false}}"},
		{"up a.yaml xfs-1 --parallel 3 --no-wait xfs-2 --no-build --dry-run", "up {Selection:{Config:a.yaml Guests:[xfs-1 xfs-2]} Parallel:3 NoWait:true NoBuild:true DryRun:true Restart:false Recycle:false Restore:false RemoveOrphans:false Adopt:false Recreate:[] RestartPanicked:false Building:{Overrides:[] Update:false}}"},
		{"up -f b.yml --restart --recycle --recreate x --restore --remove-orphans --adopt --recreate y", "up {Selection:{Config:b.yml Guests:[]} Parallel:0 NoWait:false NoBuild:false DryRun:false Restart:true Recycle:true Restore:true RemoveOrphans:true Adopt:true Recreate:[x y] RestartPanicked:false Building:{Overrides:[] Update:false}}"},
		{"plan cfg/ --no-build --restart", "plan {Selection:{Config:cfg/ Guests:[]} Parallel:0 NoWait:false NoBuild:true DryRun:false Restart:true Recycle:false Restore:false RemoveOrphans:false Adopt:false Recreate:[] RestartPanicked:false Building:{Overrides:[] Update:false}}"},
		{"recycle xfs --build --parallel=2 --dry-run", "recycle {Selection:{Config: Guests:[xfs]} Build:true Parallel:{Number:2 Percent:0} MaxUnavailable:0 Canary:1 Grace:0s OnFailure:rollback DryRun:true RestartPanicked:false Building:{Overrides:[] Update:false}}"},
		{"recycle --parallel 25% --max-unavailable 3 --canary 0 --grace 1m --on-failure stop", "recycle {Selection:{Config: Guests:[]} Build:false Parallel:{Number:0 Percent:25} MaxUnavailable:3 Canary:0 Grace:1m0s OnFailure:stop DryRun:false RestartPanicked:false Building:{Overrides:[] Update:false}}"},
		{"switch a.yaml kdev --override fio=/etc --parallel 2", "switch {Selection:{Config:a.yaml Guests:[kdev]} NoBuild:false Parallel:2 DryRun:false Building:{Overrides:[{Name:fio Path:/etc}] Update:false}}"},
		{"switch kdev other --no-build --dry-run", "switch {Selection:{Config: Guests:[kdev other]} NoBuild:true Parallel:0 DryRun:true Building:{Overrides:[] Update:false}}"},
		{"destroy --yes a.yaml xfs-1 --keep-disks", "destroy {Selection:{Config:a.yaml Guests:[xfs-1]} Project: KeepDisks:true Yes:true DryRun:false}"},
		{"destroy -y --project p xfs-1", "destroy {Selection:{Config: Guests:[xfs-1]} Project:p KeepDisks:false Yes:true DryRun:false}"},
		{"destroy --dry-run", "destroy {Selection:{Config: Guests:[]} Project: KeepDisks:false Yes:false DryRun:true}"},
		{"gc --disks", "gc {Config: Project: Disks:true DryRun:false}"},
		{"gc a.yaml --dry-run", "gc {Config:a.yaml Project: Disks:false DryRun:true}"},
		{"gc --project p", "gc {Config: Project:p Disks:false DryRun:false}"},
		{"up kdev --on-panic restart", "up {Selection:{Config: Guests:[kdev]} Parallel:0 NoWait:false NoBuild:false DryRun:false Restart:false Recycle:false Restore:false RemoveOrphans:false Adopt:false Recreate:[] RestartPanicked:true Building:{Overrides:[] Update:false}}"},
		{"start xfs-1 --no-wait --parallel 1", "start {Selection:{Config: Guests:[xfs-1]} Parallel:1 NoWait:true}"},
		{"stop . xfs-1 --parallel 5", "stop {Selection:{Config:. Guests:[xfs-1]} Parallel:5}"},
		{"status", "status {Selection:{Config: Guests:[]} Project:}"},
		{"status --project p", "status {Selection:{Config: Guests:[]} Project:p}"},
		{"ssh xfs-1", "ssh {Config: Guest:xfs-1 Command:[]}"},
		{"ssh xfs-1 -- nvme list -v", "ssh {Config: Guest:xfs-1 Command:[nvme list -v]}"},
		{"ssh a.yaml xfs-1 cat /etc/fstab b.yml", "ssh {Config:a.yaml Guest:xfs-1 Command:[cat /etc/fstab b.yml]}"},
		{"ssh -f a.yaml -q xfs-1 echo -- --help", "ssh {Config:a.yaml Guest:xfs-1 Command:[echo -- --help]}"},
		{"ssh-config xfs", "ssh-config {Config: Guests:[xfs]}"},
		{"console cfg/ xfs-1", "console [cfg/ xfs-1]"},
		{"logs xfs-1 -f", "logs {Config: Guest:xfs-1 Follow:true Boot:0}"},
		{"-f a.yaml logs xfs-1", "logs {Config:a.yaml Guest:xfs-1 Follow:false Boot:0}"},
		{"logs xfs-1 --boot 3", "logs {Config: Guest:xfs-1 Follow:false Boot:3}"},
		{"validate", "validate vmprov.yaml"},
		{"validate a.yaml", "validate a.yaml"},
		{"build a.yaml xfs-1", "build {Selection:{Config:a.yaml Guests:[xfs-1]} Building:{Overrides:[] Update:false}}"},
		{"build --override fio=/etc --update --override kernel=/usr", "build {Selection:{Config: Guests:[]} Building:{Overrides:[{Name:fio Path:/etc} {Name:kernel Path:/usr}] Update:true}}"},
		{"recycle --build --override fio=/etc --update", "recycle {Selection:{Config: Guests:[]} Build:true Parallel:{Number:0 Percent:0} MaxUnavailable:0 Canary:1 Grace:0s OnFailure:rollback DryRun:false RestartPanicked:false Building:{Overrides:[{Name:fio Path:/etc}] Update:true}}"},
		{"validate --guest", "agree {Config: Guests:[]}"},
		{"validate --guest a.yaml xfs-1 kdev", "agree {Config:a.yaml Guests:[xfs-1 kdev]}"},
		{"validate --host a.yaml xfs-1", "fit {Config:a.yaml Guests:[xfs-1]}"},
		{"module", "module {Config: Guests:[]}"},
		{"module a.yaml xfs-1", "module {Config:a.yaml Guests:[xfs-1]}"},
		{"init", "init {Dir:. Template:libvirt Library: Project: Git:false}"},
		{"init new --git --template imageless --library github:owner/name --project p", "init {Dir:new Template:imageless Library:github:owner/name Project:p Git:true}"},
		{"xml xfs-1", "xml {Config: Guests:[xfs-1]}"},
		{"schema", "schema "},
		{"doctor cfg/", "doctor {Config:cfg/ Guests:[]}"},
	} {
		t.Run(tc.args, func(t *testing.T) {
			got := runLine(t.Context(), recorder{}, strings.Fields(tc.args)...)
			assert.Equal(t, got.code, ExitDone, got.err)
			assert.Equal(t, got.call, tc.want)
		})
	}
}

func TestGlobalOptionsReachTheVerb(t *testing.T) {
	configurations(t)
	got := runLine(t.Context(), recorder{}, "up", "--connect", "test:///default", "a.yaml", "--wait-lock", "10m")
	assert.Equal(t, got.code, ExitDone, got.err)
	assert.Equal(t, got.env.Connect, "test:///default")
	assert.Equal(t, got.env.WaitLock, 10*time.Minute)
	assert.Assert(t, got.env.Confirm == nil, "nobody can be asked on a buffer")
	assert.Assert(t, got.env.Emit != nil)
}

func TestUsageErrors(t *testing.T) {
	configurations(t)
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"u"}, "unknown command `u`"},
		{[]string{"destory"}, "did you mean `vmprov destroy`?"},
		{[]string{"help", "stat"}, "did you mean `vmprov status`?"},
		{[]string{"up", "--no-wiat"}, "did you mean --no-wait?"},
		{[]string{"up", "--jsno"}, "did you mean --json?"},
		{[]string{"--conect", "up"}, "did you mean --connect?"},
		{[]string{"up", "--zzz"}, "the flags are in `vmprov up --help`"},
		{[]string{"up", "--parallel", "many"}, "--parallel: cannot take `many`"},
		{[]string{"up", "--parallel", "0"}, "--parallel: must be at least 1, got 0"},
		{[]string{"up", "--json=maybe"}, "--json: cannot take `maybe`"},
		{[]string{"up", "--wait-lock", "-1s"}, "--wait-lock: must not be negative"},
		{[]string{"up", "-q", "-v"}, "exclude each other"},
		{[]string{"up", "a.yaml", "b.yml"}, "two configurations: `a.yaml` and `b.yml`"},
		{[]string{"up", "-f", "a.yaml", "cfg/"}, "two configurations"},
		{[]string{"up", "nosuch.yaml"}, "read configuration: stat nosuch.yaml: no such file"},
		{[]string{"up", "cfg/nosuch/"}, "no such file"},
		{[]string{"up", "-f", "/dev/null"}, "not a regular file"},
		{[]string{"up", ""}, "an argument is empty"},
		{[]string{"up", "--file", ""}, "--file: is empty"},
		{[]string{"destroy", "--project", "", "--yes"}, "--project: is empty"},
		{[]string{"destroy", "--project", "p", "a.yaml", "--yes"}, "exclude each other"},
		{[]string{"destroy"}, "add --yes"},
		{[]string{"gc", "xfs-1"}, "gc takes no guests, got `xfs-1`"},
		{[]string{"ssh"}, "ssh needs a guest"},
		{[]string{"ssh", "a.yaml"}, "ssh needs a guest"},
		{[]string{"ssh", "nosuch.yaml", "g"}, "no such file"},
		{[]string{"logs"}, "logs needs a guest"},
		{[]string{"console", "a", "b"}, "console takes one guest"},
		{[]string{"validate", "xfs-1"}, "validate takes no guests"},
		{[]string{"schema", "x"}, "schema takes no arguments"},
		{[]string{"module", "a", "b"}, "module takes one guest, got `a` and `b`"},
		{[]string{"build", "--override", "fio"}, "--override: must be NAME=PATH, got `fio`"},
		{[]string{"build", "--override", "=/etc"}, "--override: must be NAME=PATH, got `=/etc`"},
		{[]string{"build", "--override", "fio=/a b"}, "nix cannot take the path \"/a b\""},
		{[]string{"build", "--override", "fio-src=/etc"}, "override fio-src: give the name without `-src`"},
		{[]string{"build", "--override", "f o=/etc"}, "`f o-src` cannot be the name of a flake's input"},
		{[]string{"build", "--override", "fio=/etc", "--override", "fio=/usr"}, "--override: `fio` is given twice"},
		{[]string{"up", "--no-build", "--override", "fio=/etc"}, "--override: nothing is built with --no-build"},
		{[]string{"up", "--on-panic", "reboot"}, "--on-panic: must be keep or restart, got `reboot`"},
		{[]string{"recycle", "--on-panic="}, "--on-panic: is empty"},
		{[]string{"switch"}, "switch needs a guest"},
		{[]string{"switch", "kdev", "--no-build", "--update"}, "--update: nothing is built with --no-build"},
		{[]string{"recycle", "--parallel", "0"}, "--parallel: must be a number from 1, or a percentage, got `0`"},
		{[]string{"recycle", "--parallel", "many"}, "--parallel: must be a number from 1, or a percentage, got `many`"},
		{[]string{"recycle", "--parallel", "101%"}, "--parallel: must be at most 100%, got `101%`"},
		{[]string{"recycle", "--max-unavailable", "0"}, "--max-unavailable: must be at least 1, got 0"},
		{[]string{"recycle", "--canary", "-1"}, "--canary: must not be negative, got -1"},
		{[]string{"recycle", "--grace", "0s"}, "--grace: must be more than 0, got 0s"},
		{[]string{"recycle", "--on-failure", "ignore"}, "--on-failure: must be rollback, stop or continue, got `ignore`"},
		{[]string{"recycle", "--update"}, "--update: nothing is built without --build"},
		{[]string{"recycle", "--override", "fio=/etc"}, "--override: nothing is built without --build"},
		{[]string{"up", "--update", "--dry-run"}, "--update and --dry-run exclude each other"},
		{[]string{"plan", "--update"}, "unknown flag `--update`"},
		{[]string{"init", "a", "b"}, "init takes one folder, got `a b`"},
		{[]string{"init", ""}, "an argument is empty"},
		{[]string{"init", "-f", "a.yaml"}, "init takes a folder and no --file"},
		{[]string{"init", "--template", "nosuch"}, "find template `nosuch`: there are libvirt and imageless"},
		{[]string{"init", "--template", ""}, "--template: is empty"},
		{[]string{"init", "--project", "My VM"}, "must be a DNS label"},
		{[]string{"init", "--library", "nixos-flake"}, "must be a folder such as ./library, or a flake URL"},
		{[]string{"init", "--library", "/a b"}, "nix cannot take the path \"/a b\""},
		{[]string{"version", "x"}, "version takes no arguments"},
		{[]string{"completion", "csh"}, "completion needs one of bash, zsh, fish"},
	} {
		t.Run(strings.Join(tc.args, " "), func(t *testing.T) {
			got := runLine(t.Context(), recorder{}, tc.args...)
			assert.Equal(t, got.code, ExitUsage)
			assert.Equal(t, got.call, "", "nothing may be done")
			assert.Equal(t, got.out, "", "an error belongs on stderr")
			assert.Assert(t, strings.HasPrefix(got.err, "vmprov: error: "), got.err)
			assert.Assert(t, strings.Contains(got.err, tc.want), got.err)
		})
	}
}

func TestNoConfigurationHere(t *testing.T) {
	t.Chdir(t.TempDir())
	got := runLine(t.Context(), recorder{}, "up")
	assert.Equal(t, got.code, ExitUsage)
	assert.Equal(t, got.err, "vmprov: error: read configuration: stat vmprov.yaml: no such file or directory\n"+
		"vmprov: hint: name one: a file, a folder with a vmprov.yaml, or -f FILE; `vmprov init` writes a new one\n")
	// These need none.
	for _, args := range [][]string{{"doctor"}, {"status", "--project", "p"}, {"destroy", "--project", "p", "--yes"}, {"schema"}, {"version"}} {
		got := runLine(t.Context(), recorder{}, args...)
		assert.Check(t, got.code == ExitDone, "%s: %s", args, got.err)
	}
	// One that is named must be there.
	assert.Equal(t, runLine(t.Context(), recorder{}, "doctor", "nosuch.yaml").code, ExitUsage)
}

func TestHelp(t *testing.T) {
	app := runLine(t.Context(), recorder{})
	assert.Equal(t, app.code, ExitDone)
	golden.Assert(t, app.out, "help.golden")
	for _, args := range [][]string{{"--help"}, {"-h"}, {"help"}} {
		assert.Equal(t, runLine(t.Context(), recorder{}, args...).out, app.out)
	}
	grouped := 0
	for _, g := range commandGroups {
		grouped += len(g.names)
	}
	commands := new(program).commands()
	assert.Equal(t, grouped, len(commands), "every command stands in one group of the help")
	for _, c := range commands {
		t.Run(c.Name, func(t *testing.T) {
			got := runLine(t.Context(), recorder{}, c.Name, "--help")
			assert.Equal(t, got.code, ExitDone, got.err)
			assert.Assert(t, strings.Contains(app.out, "  "+c.Name+" "))
			assert.Assert(t, len(c.examples) > 0)
			for line := range strings.Lines(app.out + got.out) {
				assert.Check(t, len(line) <= 81, "wider than 80 columns: %s", line)
			}
			golden.Assert(t, got.out, "help-"+c.Name+".golden")
		})
	}
}

// TestExamplesParse keeps the examples of the help honest.
func TestExamplesParse(t *testing.T) {
	s := syntaxOf(globalFlags(), new(program).commands())
	for _, c := range new(program).commands() {
		for _, e := range c.examples {
			_, args, _ := strings.Cut(e, programName+" ")
			args = strings.FieldsFunc(args, func(r rune) bool { return strings.ContainsRune("|>", r) })[0]
			ordered, err := reorder(s, strings.Fields(args))
			assert.NilError(t, err)
			for _, word := range ordered {
				if word == "--" {
					break
				}
				name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
				_, own := s.commands[c.Name].flags[name]
				_, global := s.globals[name]
				assert.Check(t, !isFlag(word) || own || global, "%s: %s", e, word)
			}
			assert.Check(t, strings.Contains(e, c.Name), e)
		}
	}
}

func TestJSONStream(t *testing.T) {
	configurations(t)
	r := recorder{err: errors.New("boom")}
	got := runLine(t.Context(), r, "up", "--json")
	assert.Equal(t, got.code, ExitFailed)
	assert.Equal(t, got.out, `{"error":"boom","exit":1}`+"\n"+`{"summary":{"project":"fstests","changed":false,"guests":null}}`+"\n")
	assert.Equal(t, got.err, "vmprov: error: boom\n")
}

func TestJSONDocuments(t *testing.T) {
	configurations(t)
	for _, tc := range []struct{ args, want string }{
		{"status", `{"project":"fstests","guests":null}`},
		{"plan", `{"project":"fstests","changed":false,"actions":null,"notes":null}`},
		{"build", `[{"name":"devel","path":"/nix/store/x/nixos.qcow2","format":"qcow2","virtualSize":0}]`},
		{"xml", `[{"guest":"xfs-1","xml":"<domain/>"}]`},
		{"init", `{"dir":"/vm","template":"libvirt","project":"vm","library":"path:/lib","files":["flake.nix","vmprov.yaml"]}`},
		{"module", `{"guests":["xfs-1"],"module":"{ }\n"}`},
		{"validate --guest", `{"project":"fstests","guests":[{"guest":"xfs-1","differences":null},{"guest":"kdev","skipped":"a ready file","differences":[]}]}`},
		{"doctor", `[{"name":"libvirtd","level":"ok","detail":"9.0.0"}]`},
		{"validate", `{"config":"vmprov.yaml","project":"fstests","guests":["xfs-1","xfs-2","kdev"]}`},
	} {
		t.Run(tc.args, func(t *testing.T) {
			got := runLine(t.Context(), recorder{}, append(strings.Fields(tc.args), "--json")...)
			assert.Equal(t, got.code, ExitDone, got.err)
			assert.Equal(t, got.out, tc.want+"\n")
			failed := runLine(t.Context(), recorder{err: errors.New("boom")}, append(strings.Fields(tc.args), "--json")...)
			assert.Equal(t, failed.out, `{"error":"boom","exit":1}`+"\n")
		})
	}
}

func TestInterrupted(t *testing.T) {
	configurations(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := recorder{err: fmt.Errorf("start xfs-1: %w", context.Canceled)}
	got := runLine(ctx, r, "up")
	assert.Equal(t, got.code, ExitInterrupted)
	assert.Assert(t, strings.Contains(got.err, "vmprov: error: start xfs-1: interrupted\nvmprov: hint: run the command again"), got.err)
	// The step under way failed for the interrupt's sake.
	assert.Equal(t, runLine(ctx, recorder{err: errors.New("signal: killed")}, "up").code, ExitInterrupted)
	// It finished all the same.
	assert.Equal(t, runLine(ctx, recorder{}, "up").code, ExitDone)
	// ctrl-C is how one leaves a log.
	logs := runLine(ctx, r, "logs", "-f", "xfs-1")
	assert.Equal(t, logs.code, ExitInterrupted)
	assert.Equal(t, logs.err, "")
}

func TestRemoteExitStatus(t *testing.T) {
	configurations(t)
	got := runLine(t.Context(), recorder{err: &run.ExitError{Code: 42}}, "ssh", "xfs-1", "false")
	assert.Equal(t, got.code, 42)
	assert.Equal(t, got.err, "")
}

func TestDoctorFails(t *testing.T) {
	p := &program{out: &resultWriter{w: new(bytes.Buffer)}, err: new(bytes.Buffer), now: time.Now, getenv: os.Getenv}
	p.verbs.doctor = func(context.Context, run.Env, run.Selection) ([]run.Check, error) {
		return []run.Check{{Name: "libvirtd", Level: "error", Detail: "does not answer", Hint: "start it"}, {Name: "nix", Level: "ok", Detail: "2.8"}}, nil
	}
	t.Chdir(t.TempDir())
	assert.Equal(t, p.run(t.Context(), []string{"doctor", "--json"}), ExitFailed)
	assert.Equal(t, p.err.(*bytes.Buffer).String(), "vmprov: error: check host: 1 of 2 checks failed\n")
	// One document only, although the command failed.
	assert.Equal(t, strings.Count(p.out.w.(*bytes.Buffer).String(), "\n"), 1)
}

func TestQuiet(t *testing.T) {
	configurations(t)
	p := &program{out: &resultWriter{w: new(bytes.Buffer)}, err: new(bytes.Buffer), now: time.Now, getenv: os.Getenv}
	p.verbs.up = func(_ context.Context, env run.Env, _ run.UpOptions) (*run.Summary, error) {
		env.Emit(event.Event{Kind: event.Warning, Text: "look"})
		return &run.Summary{Project: "p", Changed: true, Guests: []run.Result{{Guest: "g", Outcome: "created"}}}, nil
	}
	assert.Equal(t, p.run(t.Context(), []string{"up", "-q"}), ExitDone)
	assert.Equal(t, p.out.w.(*bytes.Buffer).String()+p.err.(*bytes.Buffer).String(), "")
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestResultThatIsLostFails(t *testing.T) {
	var errs bytes.Buffer
	p := &program{out: &resultWriter{w: full{}}, err: &errs, now: time.Now, getenv: os.Getenv}
	assert.Equal(t, p.run(t.Context(), []string{"version"}), ExitFailed)
	assert.Equal(t, errs.String(), "vmprov: error: write result: no space left on device\n")
}

func TestComplete(t *testing.T) {
	configurations(t)
	for _, tc := range []struct {
		words []string
		want  string
	}{
		{[]string{"de"}, "destroy"},
		{[]string{"--json", "st"}, "status start stop"},
		{[]string{"--file", "a.yaml", "rec"}, "recycle"},
		{[]string{"up", "--rec"}, "--recycle --recreate"},
		{[]string{"up", ""}, "xfs-1 xfs xfs-2 kdev"},
		{[]string{"up", "--recreate", "k"}, "kdev"},
		{[]string{"up", "--file", ""}, ""},
		{[]string{"up", "--connect", "x"}, ""},
		{[]string{"logs", "-f", "k"}, "kdev"},
		{[]string{"up", "./"}, ""},
		{[]string{"validate", ""}, "xfs-1 xfs xfs-2 kdev"},
		{[]string{"completion", "b"}, "bash"},
		{[]string{"init", "--template", ""}, "libvirt imageless"},
		{[]string{"init", ""}, ""},
		{[]string{"help", "ssh"}, "ssh ssh-config"},
		{[]string{"nosuch", ""}, ""},
	} {
		t.Run(strings.Join(tc.words, " "), func(t *testing.T) {
			got := runLine(t.Context(), recorder{}, append([]string{completeCommand}, tc.words...)...)
			assert.Equal(t, got.code, ExitDone, got.err)
			assert.Equal(t, strings.Join(strings.Fields(got.out), " "), tc.want)
		})
	}
	got := runLine(t.Context(), recorder{}, completeCommand, "up", "cfg/", "x")
	assert.Equal(t, got.call, "validate cfg/", "guests come from the configuration that is named")
}

func TestCompletionScripts(t *testing.T) {
	for _, shell := range shellNames() {
		got := runLine(t.Context(), recorder{}, "completion", shell)
		assert.Equal(t, got.code, ExitDone, got.err)
		assert.Assert(t, strings.Contains(got.out, programName+" "+completeCommand), got.out)
	}
}
