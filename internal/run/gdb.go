// SPDX-License-Identifier: Apache-2.0

package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/guest"
	"vmprov/kernel"
)

// GDBOptions are the arguments of gdb.
type GDBOptions struct {
	Config, Guest string
	// Print prints the command line in place of running it.
	Print bool
}

// GDB runs gdb(1) on the kernel of a guest, by QEMU's stub, or prints the
// command line. The program's exit status is an *ExitError.
func GDB(ctx context.Context, env Env, o GDBOptions) error {
	p, selected, err := openSelected(env, Selection{Config: o.Config, Guests: []string{o.Guest}})
	if err != nil {
		return err
	}
	if err := one(o.Guest, len(selected)); err != nil {
		return err
	}
	argv, err := p.gdb(selected[0])
	if err != nil {
		return err
	}
	if o.Print {
		_, err := fmt.Fprintln(env.Stdout, guest.Quote(argv))
		return err
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = env.Stdin, env.Stdout, env.Stderr
	// An interruption is for gdb, which breaks into the guest's kernel.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	err = cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("run gdb: it is not installed (`vmprov gdb --print %s` prints the command for another machine)", o.Guest)
	}
	return passExit("gdb", err)
}

// gdb is the command line that debugs a guest's kernel.
func (p *project) gdb(spec config.Guest) ([]string, error) {
	target := spec.GDBTarget()
	if target == "" {
		return nil, fmt.Errorf("guest `%s` has no gdb stub (give it `gdb: {port: 1234}`, and `vmprov up --restart %s`)", spec.Name, spec.Name)
	}
	argv := []string{"gdb"}
	vmlinux := p.vmlinux(spec)
	if vmlinux != "" {
		// Only from there does gdb load the kernel's own helpers (vmlinux-gdb.py).
		argv = append(argv, "-iex", "add-auto-load-safe-path "+filepath.Dir(vmlinux), vmlinux)
	}
	argv = append(argv, "-ex", "target remote "+target)
	// gdb has the terminal: only warnings are shown beside it.
	for _, note := range gdbNotes(spec, vmlinux) {
		p.env.Emit(event.Event{Kind: event.Warning, Guest: spec.Name, Text: note})
	}
	return argv, nil
}

// vmlinux is the guest's kernel with symbols; empty where there is none.
func (p *project) vmlinux(spec config.Guest) string {
	path := kernelPath(spec)
	if path == "" {
		return ""
	}
	k, err := kernel.Find(path, cmp.Or(spec.Arch, kernel.HostArch()))
	if err != nil {
		return ""
	}
	return k.VMLinux
}

// gdbNotes says what would surprise who debugs.
func gdbNotes(spec config.Guest, vmlinux string) []string {
	var notes []string
	if vmlinux == "" {
		notes = append(notes, "no vmlinux lies beside its kernel, so gdb has no symbols")
	}
	cmdline := spec.Cmdline
	if spec.Imageless != nil {
		cmdline = spec.Imageless.Cmdline
	}
	if !strings.Contains(cmdline, "nokaslr") {
		notes = append(notes, "its kernel command line has no `nokaslr`, so that symbols may not be where vmlinux has them")
	}
	return notes
}
