// SPDX-License-Identifier: Apache-2.0

// The wording of everything that vmprov prints:
//
//   - Results go to stdout; progress, questions and errors go to stderr.
//   - Messages begin in lower case and end without a full stop.
//   - An error is `vmprov: error: verb object: cause`. What to do next stands
//     in a line of its own, `vmprov: hint: ...`, as an order and not as a wish.
//   - A fault of a configuration begins with file:line:col:, as compilers
//     write it, so that editors jump to it.
//   - A line about a guest begins with the guest's name, any other with `vmprov`.
//   - Values, flags and commands stand in backquotes.
//   - Colour says again what a word says already. It is for terminals only.
//   - What comes from a guest, a build or libvirt is cleaned before it is shown.

package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/ready"
	"vmprov/internal/state"
	"vmprov/internal/virt"
)

// report prints an error with its details and hints on stderr, and with --json
// as a document on stdout too.
func (p *program) report(err error, code int) {
	switch {
	case err == nil:
		return
	case isExit(err), p.use == hands && code == ExitInterrupted:
		return // the program that was run has said it itself; ctrl-C is no error
	}
	hints := p.hints(err, code)
	if p.opts.json && !p.answered {
		_ = p.printJSON(newErrorDocument(err, code, hints)) // p.out remembers a failure
	}
	style, w := p.styleOf(p.err), p.lines()
	if code == ExitUsage {
		w = p.err // there was no run, and editors read FILE:LINE:COL
	}
	for _, leaf := range leaves(err) {
		printError(w, style, leaf)
	}
	for _, hint := range hints {
		fmt.Fprintf(w, "vmprov: %s %s\n", style.hint("hint:"), indentRest(clean(hint)))
	}
}

// hints are what to do about all the errors, each said once.
func (p *program) hints(err error, code int) []string {
	var hints []string
	for _, leaf := range leaves(err) {
		if hint := hintOf(leaf); hint != "" && !slices.Contains(hints, hint) {
			hints = append(hints, hint)
		}
	}
	if code == ExitInterrupted && p.use == changes {
		hints = append(hints, "run the command again to carry on, or `vmprov destroy` to remove what is there")
	}
	return hints
}

// textOf is an error in words; to a user a context is nothing.
func textOf(err error) string {
	return strings.ReplaceAll(virt.Text(err), context.Canceled.Error(), "interrupted")
}

func printError(w io.Writer, style style, err error) {
	label := style.bad("error:")
	var faults config.Faults
	if errors.As(err, &faults) {
		fmt.Fprintln(w, clean(faults.Error()))
		fmt.Fprintf(w, "vmprov: %s %s in the configuration\n", label, count(len(faults), "fault"))
		return
	}
	fmt.Fprintf(w, "vmprov: %s %s\n", label, indentRest(clean(textOf(err))))
	for _, line := range detailOf(err) {
		fmt.Fprintf(w, "  | %s\n", line)
	}
}

// indentRest keeps a text of several lines apart from what follows it.
func indentRest(s string) string {
	return strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n  ")
}

// silentConsole stands for the end of a console that has none.
const silentConsole = "(nothing on its console)"

// detailOf is what a person would look at next: the end of a console or of a
// build log. It is left out where the error's own text has it already.
func detailOf(err error) []string {
	var (
		timeout  *ready.TimeoutError
		stopped  *ready.StoppedError
		panicked *ready.PanicError
		build    *image.BuildError
		text     string
	)
	switch {
	case errors.As(err, &panicked):
		return strings.Split(clean(panicked.Trouble+"\n...\n"+panicked.Console), "\n")
	case errors.As(err, &timeout):
		text = cmp.Or(timeout.Console, silentConsole)
		if timeout.Trouble != "" {
			text = timeout.Trouble + "\n...\n" + text
		}
	case errors.As(err, &stopped):
		text = cmp.Or(stopped.Console, silentConsole)
	case errors.As(err, &build):
		text = build.Tail
	}
	text = strings.TrimSpace(text)
	if text == "" || strings.Contains(err.Error(), text) {
		return nil
	}
	return strings.Split(clean(text), "\n")
}

// hintOf says what to do about an error. Errors that know it say so by a
// method Hint() string; the table is for the others.
func hintOf(err error) string {
	var (
		own      interface{ Hint() string }
		locked   *state.LockedError
		timeout  *ready.TimeoutError
		stopped  *ready.StoppedError
		panicked *ready.PanicError
		build    *image.BuildError
	)
	switch {
	case errors.As(err, &own):
		return own.Hint()
	case errors.As(err, &panicked):
		return fmt.Sprintf("the guest is left as it is: `vmprov logs %s` shows all that its kernel said", panicked.Guest)
	case errors.Is(err, virt.ErrNoDaemon) && strings.Contains(err.Error(), "Permission denied"):
		return "join the group that may use libvirt (Debian: `sudo adduser $USER libvirt`, then log in again)"
	case errors.Is(err, virt.ErrNoDaemon):
		return "start libvirtd (`systemctl start libvirtd`), or name another one with --connect; `vmprov doctor` looks at the whole host"
	case errors.As(err, &locked):
		return "`--wait-lock 10m` waits for it"
	case errors.As(err, &timeout) && timeout.Hint != "":
		return timeout.Hint
	case errors.As(err, &timeout):
		return fmt.Sprintf("`vmprov logs %s` shows its console", timeout.Guest)
	case errors.As(err, &stopped):
		return fmt.Sprintf("`vmprov logs %s` shows its console, and the log of its domain in /var/log/libvirt/qemu what QEMU said", stopped.Guest)
	case errors.As(err, &build) && build.Log != "":
		return "the whole build log is in " + build.Log
	case strings.Contains(err.Error(), "No space left on device"):
		return "make room where that file lies, and run the command again: it carries on"
	case strings.Contains(err.Error(), "Cannot access storage file") && strings.Contains(err.Error(), "Permission denied"):
		return "QEMU's user has to enter every folder on the way to that file (`namei -l FILE` shows them): give it access, or take another `pool`"
	case image.ErrNoNix != nil && errors.Is(err, image.ErrNoNix):
		return "install nix (`apt install nix-bin`, or https://nixos.org/download); a ready image (`file:`) needs none"
	}
	return ""
}

// errorDocument is an error with --json.
type errorDocument struct {
	Error  string          `json:"error"`
	Exit   int             `json:"exit"`
	Hints  []string        `json:"hints,omitempty"`
	Faults []faultDocument `json:"faults,omitempty"`
}

type faultDocument struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Col     int    `json:"col"`
	Path    string `json:"path"`
	Message string `json:"message"`
}

func newErrorDocument(err error, code int, hints []string) errorDocument {
	d := errorDocument{Exit: code, Hints: hints}
	var texts []string
	for _, leaf := range leaves(err) {
		texts = append(texts, textOf(leaf))
	}
	d.Error = strings.Join(texts, "\n")
	var faults config.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			d.Faults = append(d.Faults, faultDocument(f))
		}
	}
	return d
}

// print writes a result as it is.
func (p *program) print(text string) error {
	_, err := io.WriteString(p.out, text)
	return err
}

// printJSON writes one document in one line, so that a stream of them can be
// read line by line.
func (p *program) printJSON(v any) error {
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// count is "1 guest", "2 guests".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
