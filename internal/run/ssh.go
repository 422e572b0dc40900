// SPDX-License-Identifier: Apache-2.0

package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"

	"github.com/hashicorp/go-multierror"

	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/guest"
	"vmprov/internal/plan"
	"vmprov/internal/ready"
	"vmprov/internal/virt"
)

// SSHOptions are the arguments of ssh.
type SSHOptions struct {
	Config  string
	Guest   string
	Command []string
}

// ExitError passes the exit status of a program on.
type ExitError struct{ Code int }

func (e *ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Code) }

// SSH runs the system's ssh against a guest with a configuration and
// known_hosts of the project's own. The program's exit status is an *ExitError.
func SSH(ctx context.Context, env Env, o SSHOptions) error {
	p, logins, err := openLogins(ctx, env, Selection{Config: o.Config, Guests: []string{o.Guest}})
	if err != nil {
		return err
	}
	p.close()
	if err := one(o.Guest, len(logins)); err != nil {
		return err
	}
	text := guest.SSHConfig(p.file.Project, logins)
	name := plan.SSHConfigName(logins[0].Guest)
	if err := p.folder.WriteFile(name, []byte(text), 0o600); err != nil {
		return err
	}
	// The command goes to ssh as it is: ssh joins it for the guest's shell.
	args := append([]string{"-F", p.folder.Path(name), logins[0].Guest}, dashes(o.Command)...)
	cmd := exec.CommandContext(ctx, "ssh", args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = env.Stdin, env.Stdout, env.Stderr
	// ssh has the terminal: an interruption is for it, or for the guest.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return passExit("ssh", cmd.Run())
}

// one refuses a family where a single guest is meant.
func one(name string, guests int) error {
	if guests != 1 {
		return &config.SelectionError{Reason: fmt.Sprintf("`%s` is %d guests, name one", name, guests)}
	}
	return nil
}

// dashes puts `--` before a command, so that none of it is taken for ssh's own.
func dashes(command []string) []string {
	if len(command) == 0 {
		return nil
	}
	return append([]string{"--"}, command...)
}

func passExit(program string, err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() >= 0 {
		return &ExitError{exit.ExitCode()}
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", program, err)
	}
	return nil
}

// SSHConfig is an ssh_config(5) for the selected guests.
func SSHConfig(ctx context.Context, env Env, s Selection) (string, error) {
	p, logins, err := openLogins(ctx, env, s)
	if err != nil {
		return "", err
	}
	defer p.close()
	return guest.SSHConfig(p.file.Project, logins), nil
}

// openLogins finds how to reach the selected guests. Where none is named, those
// that cannot be reached are left out with a warning, unless none is left.
func openLogins(ctx context.Context, env Env, s Selection) (*project, []guest.Login, error) {
	p, selected, err := openSelected(env, s)
	if err != nil {
		return nil, nil, err
	}
	if err := p.readKeys(); err != nil {
		return nil, nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, nil, err
	}
	observed, err := p.look(ctx)
	if err != nil {
		p.close()
		return nil, nil, err
	}
	var logins []guest.Login
	var failed *multierror.Error
	for _, g := range selected {
		login, err := p.login(ctx, observed, g)
		if err != nil {
			failed = multierror.Append(failed, &GuestError{g.Name, err})
			continue
		}
		logins = append(logins, login)
	}
	if failed != nil && (len(s.Guests) > 0 || len(logins) == 0 || ctx.Err() != nil) {
		p.close()
		return nil, nil, failed
	}
	for _, err := range failed.WrappedErrors() {
		env.Emit(event.Event{Kind: event.Warning, Text: "left out: " + virt.Text(err)})
	}
	return p, logins, nil
}

// warnKey says why ssh is about to refuse a caller whose key came while the
// guest ran, or never.
func (p *project) warnKey(g plan.ObservedGuest) {
	key, name := p.ssh.Key.Authorized, g.Mark.Guest
	if key == "" || g.Live == nil || slices.Contains(g.Live.Keys, key) {
		return
	}
	text := fmt.Sprintf("it does not have your key yet (`vmprov up %s` hands it over)", name)
	if slices.Contains(g.Mark.Keys, key) {
		text = fmt.Sprintf("it takes your key at its next boot (`vmprov up --restart %s` boots it now)", name)
	}
	p.env.Emit(event.Event{Kind: event.Warning, Guest: name, Text: text})
}

// login is how to reach a guest that runs.
func (p *project) login(ctx context.Context, o plan.Observed, spec config.Guest) (guest.Login, error) {
	g, ok := o.Guests[spec.Name]
	if !ok {
		return guest.Login{}, fmt.Errorf("guest `%s` does not exist (make it with `vmprov up %s`)", spec.Name, spec.Name)
	}
	if !g.Active {
		return guest.Login{}, fmt.Errorf("guest `%s` is %s (start it with `vmprov up %s`)", spec.Name, g.State, spec.Name)
	}
	if len(spec.Networks) == 0 {
		return guest.Login{}, fmt.Errorf("guest `%s` has no network (`vmprov console %s` reaches it)", spec.Name, spec.Name)
	}
	p.warnKey(g)
	reach := p.reach(o, g.Mark)
	if reach.Address == "" || reach.Guessed {
		found, err := ready.Address(ctx, p.client, g.UUID, spec.HardwareAddresses(p.file.Project))
		if err != nil && reach.Address == "" {
			return guest.Login{}, fmt.Errorf("find the address of guest `%s`: %w", spec.Name, err)
		}
		reach.Address = cmp.Or(found, reach.Address)
	}
	m := g.Mark
	if g.Live != nil {
		// While a recycle is open the definition's mark is of the overlay to come,
		// and the host key that answers is the running one's.
		m = *g.Live
	}
	return plan.Login(p.file.Project, p.ssh, m, reach), nil
}
