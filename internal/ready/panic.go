// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// PanicError says that a guest's kernel panicked while it was waited for.
type PanicError struct {
	Guest string
	// Trouble are the first lines of what the kernel said: of the oops that led
	// to the panic, where there was one.
	Trouble string
	Console string // the end of the console log
}

func (e *PanicError) Error() string {
	first, _, _ := strings.Cut(e.Trouble, "\n")
	return fmt.Sprintf("wait for guest `%s`: its kernel panicked: %s", e.Guest, first)
}

// panicked is how the last words of a kernel begin (kernel/panic.c).
const panicked = "Kernel panic - not syncing"

// troubles are how a kernel's message of trouble begins: an oops of x86 and
// arm64, BUG(), the sanitizers, lockups, hung tasks, stalls of RCU.
var troubles = regexp.MustCompile(`BUG: |Oops: |kernel BUG at |Internal error: |Unable to handle kernel |general protection fault|` +
	`INFO: task .* blocked for more than |INFO: rcu_\w+ (self-)?detected |` +
	`VFS: Cannot open root device|` + panicked)

// maxTrouble is how many lines an error shows of what a kernel said.
const maxTrouble = 6

// troubleIn looks for trouble of the kernel in what a guest wrote in one boot,
// and gives its first lines; empty for none. panic says that it ended in one.
func troubleIn(console string) (lines string, panic bool) {
	found := troubles.FindStringIndex(console)
	if found == nil {
		return "", false
	}
	from := strings.LastIndexByte(console[:found[0]], '\n') + 1
	text := strings.SplitN(console[from:], "\n", maxTrouble+1)
	return cleanLog(strings.Join(text[:min(len(text), maxTrouble)], "\n"), maxTrouble), strings.Contains(console, panicked)
}

// lookForPanic reads the console log, as a guest whose kernel panicked runs on
// and answers nothing.
func (w *waiter) lookForPanic(ctx context.Context) error {
	console := w.listen(ctx)
	trouble, panic := troubleIn(console)
	if !panic {
		return nil
	}
	return w.panicError(trouble, console)
}

func (w *waiter) panicError(trouble, console string) error {
	return &PanicError{Guest: w.target.Guest, Trouble: trouble, Console: cleanLog(console, consoleLines)}
}
