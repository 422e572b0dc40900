// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/run"
)

// verbs is everything that commands call, so that the parsing of a command
// line can be tested by the options it ends in.
type verbs struct {
	up        func(context.Context, run.Env, run.UpOptions) (*run.Summary, error)
	plan      func(context.Context, run.Env, run.UpOptions) (*run.PlanResult, error)
	recycle   func(context.Context, run.Env, run.RecycleOptions) (*run.Summary, error)
	switchTo  func(context.Context, run.Env, run.SwitchOptions) (*run.Summary, error)
	destroy   func(context.Context, run.Env, run.DestroyOptions) (*run.Summary, error)
	gc        func(context.Context, run.Env, run.GCOptions) (*run.GCResult, error)
	start     func(context.Context, run.Env, run.StartOptions) (*run.Summary, error)
	stop      func(context.Context, run.Env, run.StopOptions) (*run.Summary, error)
	status    func(context.Context, run.Env, run.StatusOptions) (*run.StatusReport, error)
	ssh       func(context.Context, run.Env, run.SSHOptions) error
	sshConfig func(context.Context, run.Env, run.Selection) (string, error)
	console   func(ctx context.Context, env run.Env, configPath, guest string) error
	logs      func(context.Context, run.Env, run.LogsOptions) error
	gdb       func(context.Context, run.Env, run.GDBOptions) error
	validate  func(configPath string) (*config.File, error)
	agree     func(context.Context, run.Env, run.Selection) (*run.Agreement, error)
	fit       func(context.Context, run.Env, run.Selection) (*run.Fitness, error)
	init      func(context.Context, run.InitOptions) (*run.InitResult, error)
	module    func(run.Env, run.Selection) (*run.GuestModule, error)
	build     func(context.Context, run.Env, run.BuildOptions) ([]image.Artifact, error)
	xml       func(context.Context, run.Env, run.Selection) ([]run.GuestXML, error)
	schema    func() ([]byte, error)
	doctor    func(context.Context, run.Env, run.Selection) ([]run.Check, error)
}

func realVerbs() verbs {
	return verbs{
		up: run.Up, plan: run.Plan, recycle: run.Recycle, switchTo: run.Switch, destroy: run.Destroy, gc: run.GC,
		start: run.Start, stop: run.Stop, status: run.Status,
		ssh: run.SSH, sshConfig: run.SSHConfig, console: run.Console, logs: run.Logs, gdb: run.GDB,
		validate: run.Validate, agree: run.Agree, fit: run.Fit, init: run.Init, module: run.Module, build: run.Build, xml: run.XML, schema: config.Schema, doctor: run.Doctor,
	}
}
