// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"context"

	"libvirt.org/go/libvirt"
)

// Within runs fn by [Client.Do] for as long as ctx lasts: libvirt's calls do not
// see a context, and one that goes on into the guest (its agent) ends when the
// guest likes. A call that is left behind goes on by itself, so fn shares no
// variable with its caller.
func Within[T any](ctx context.Context, c *Client, fn func(*libvirt.Connect) (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		a.err = c.Do(ctx, func(conn *libvirt.Connect) (err error) {
			a.value, err = fn(conn)
			return err
		})
		done <- a
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
