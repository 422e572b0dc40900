// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"context"
	"errors"
	"time"

	"golang.org/x/crypto/ssh"

	"vmprov/internal/guest"
)

// refusedLogins are the pauses after logins that the server refused: the key
// may still be on its way, brought by a unit of the boot. They are long,
// because OpenSSH 9.8 and later shuts out an address that collects 15 s of
// penalties, 5 s for each failed login (sshd_config(5), PerSourcePenalties).
var refusedLogins = []time.Duration{300 * time.Millisecond, time.Second, 4500 * time.Millisecond, 5500 * time.Millisecond}

// awaitSSH logs in and sees every declared mount.
func (w *waiter) awaitSSH(ctx context.Context) error {
	b := backoff{20 * time.Millisecond, 250 * time.Millisecond}
	for {
		client, err := w.loggedIn(ctx)
		if err != nil || w.target.BannerOnly {
			return err
		}
		if err = w.awaitMounts(ctx, client); err == nil {
			return nil
		}
		w.hangUp()
		w.note(err)
		if err := b.wait(ctx); err != nil {
			return err
		}
	}
}

// loggedIn is a connection to the guest, the one of an earlier probe where
// there is one. With BannerOnly the server's greeting is enough and the
// connection nil. It tries until ctx ends; a changed host key is final.
func (w *waiter) loggedIn(ctx context.Context) (*ssh.Client, error) {
	b := backoff{20 * time.Millisecond, 250 * time.Millisecond}
	refused := 0
	for w.login == nil {
		err := w.logIn(ctx)
		if err == nil {
			break // with BannerOnly there is no login
		}
		w.note(err)
		if w.isFinal(err) || ctx.Err() != nil {
			return nil, err
		}
		pause := b.wait
		if isRefused(err) {
			length := refusedLogins[min(refused, len(refusedLogins)-1)]
			pause = func(ctx context.Context) error { return sleep(ctx, length) }
			refused++
		}
		if err := pause(ctx); err != nil {
			return nil, err
		}
	}
	return w.login, nil
}

// logIn tries once, as soon as something listens.
func (w *waiter) logIn(ctx context.Context) error {
	conn, err := w.reach(ctx)
	if err != nil {
		return err
	}
	server, err := guest.Identify(ctx, conn)
	if err != nil {
		return err
	}
	if w.target.BannerOnly {
		return server.Close()
	}
	login := w.target.Login
	login.Address = w.addresses.get()
	w.login, err = server.Login(ctx, login)
	return err
}

// hangUp ends the login, so that the next probe makes a new one.
func (w *waiter) hangUp() {
	if w.login != nil {
		_ = w.login.Close()
		w.login = nil
	}
}

// isFinal says that no waiting mends the error. At an address that libvirt
// was asked for another machine may answer, until the guest has its new one.
func (w *waiter) isFinal(err error) bool {
	var changed *guest.HostKeyError
	return errors.As(err, &changed) && w.addresses.fixed
}

// isRefused recognises a login that the server refused.
func isRefused(err error) bool {
	var refused *guest.KeyRefusedError
	return errors.As(err, &refused)
}
