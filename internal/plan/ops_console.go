// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"context"

	"libvirt.org/go/libvirt"

	"vmprov/storage"
)

// maxConsole is how much of a boot's console log is looked through for a panic.
const maxConsole = 64 << 10

// noteConsole notes how long the console log is as a guest starts: what it holds
// already is of another boot.
func (a *Applier) noteConsole(ctx context.Context, conn *libvirt.Connect, o startDomain) {
	length, err := storage.Length(ctx, conn, o.pool, o.console)
	if err == nil {
		a.began.Store(o.uuid, length)
	}
}

// consoleSince reads what a guest wrote on its console since this command
// started it; nil for a guest that it did not start.
func (a *Applier) consoleSince(uuid, pool, console string) func(context.Context) string {
	begin, ok := a.began.Load(uuid)
	if !ok {
		return nil
	}
	return func(ctx context.Context) string {
		var text bytes.Buffer
		_ = a.Client.Do(ctx, func(conn *libvirt.Connect) error {
			length, err := storage.Length(ctx, conn, pool, console)
			if err != nil {
				return err
			}
			from := begin.(uint64)
			if length < from {
				from = 0 // virtlogd began the file anew
			}
			_, err = storage.Read(ctx, conn, pool, console, max(from, length-min(length, maxConsole)), &text)
			return err
		})
		return text.String()
	}
}
