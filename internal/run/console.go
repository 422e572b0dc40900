// SPDX-License-Identifier: Apache-2.0

package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
	"libvirt.org/go/libvirt"
)

// consoleEscape is ctrl-], as in virsh.
const consoleEscape = 0x1d

// Console attaches the terminal to a guest's serial console until ctrl-].
func Console(ctx context.Context, env Env, configPath, guest string) error {
	p, g, err := openGuest(ctx, env, configPath, guest)
	if err != nil {
		return err
	}
	defer p.close()
	if !g.Active {
		return fmt.Errorf("guest `%s` is %s (start it with `vmprov up %s`)", guest, g.State, guest)
	}
	return p.client.Do(ctx, func(conn *libvirt.Connect) error {
		dom, err := conn.LookupDomainByUUIDString(g.UUID)
		if err != nil {
			return fmt.Errorf("look up guest `%s`: %w", guest, err)
		}
		defer func() { _ = dom.Free() }()
		stream, err := conn.NewStream(0)
		if err != nil {
			return fmt.Errorf("attach to guest `%s`: %w", guest, err)
		}
		defer func() { _ = stream.Free() }()
		// Safe: only where libvirt can tell that nobody else is attached.
		if err := dom.OpenConsole("", stream, libvirt.DOMAIN_CONSOLE_SAFE); err != nil {
			return fmt.Errorf("attach to guest `%s`: %w (is somebody else attached?)", guest, err)
		}
		return attach(ctx, env, stream)
	})
}

// attach copies both ways until the guest closes, the user escapes or ctx ends.
func attach(ctx context.Context, env Env, stream *libvirt.Stream) error {
	if in, ok := env.Stdin.(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		fmt.Fprint(env.Stderr, "attached to the console, leave with ctrl-]\r\n")
		restore, err := term.MakeRaw(int(in.Fd()))
		if err != nil {
			return fmt.Errorf("set the terminal: %w", err)
		}
		defer func() {
			_ = term.Restore(int(in.Fd()), restore)
			fmt.Fprintln(env.Stderr) // the guest's line is not the shell's
		}()
	}
	both, leave := context.WithCancel(ctx)
	defer leave()
	ended := make(chan error, 2)
	var directions sync.WaitGroup
	directions.Go(func() { ended <- fromGuest(stream, env.Stdout) })
	typed := make(chan []byte)
	go readTyped(both, env.Stdin, typed)
	directions.Go(func() { ended <- toGuest(both, stream, typed) })
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		err = ctx.Err()
	}
	leave()
	_ = stream.Abort()
	// The stream is freed next: nobody may be in it.
	directions.Wait()
	return err
}

func fromGuest(stream *libvirt.Stream, out io.Writer) error {
	buf := make([]byte, 4096)
	for {
		n, err := stream.Recv(buf)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the console: %w", err)
		}
		if n <= 0 {
			return nil
		}
		if _, err := out.Write(buf[:n]); err != nil {
			return err
		}
	}
}

// readTyped hands on what is typed and closes typed at its end. A read of a
// terminal cannot be interrupted: it may be left behind, and takes nothing with it.
func readTyped(ctx context.Context, in io.Reader, typed chan<- []byte) {
	defer close(typed)
	for {
		buf := make([]byte, 256)
		n, err := in.Read(buf)
		select {
		case typed <- buf[:n]:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// toGuest sends what is typed until the escape. The end of a piped input is not
// the end of the console: what the guest says is still shown.
func toGuest(ctx context.Context, stream *libvirt.Stream, typed <-chan []byte) error {
	for {
		select {
		case data, more := <-typed:
			if !more {
				typed = nil
			}
			before, _, escaped := bytes.Cut(data, []byte{consoleEscape})
			if err := send(stream, before); err != nil || escaped {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func send(stream *libvirt.Stream, data []byte) error {
	for len(data) > 0 {
		n, err := stream.Send(data)
		if err != nil {
			return fmt.Errorf("write to the console: %w", err)
		}
		data = data[n:]
	}
	return nil
}
