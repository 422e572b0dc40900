// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

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
		defer func() { _ = term.Restore(int(in.Fd()), restore) }()
	}
	ended := make(chan error, 2)
	go func() { ended <- fromGuest(stream, env.Stdout) }()
	go func() { ended <- toGuest(stream, env.Stdin) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		err = ctx.Err()
	}
	_ = stream.Abort()
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

// toGuest sends what is typed. The end of a piped input is not the end of the
// console: what the guest says is still shown.
func toGuest(stream *libvirt.Stream, in io.Reader) error {
	buf := make([]byte, 256)
	for {
		n, err := in.Read(buf)
		for i, b := range buf[:n] {
			if b == consoleEscape {
				return send(stream, buf[:i])
			}
		}
		if sendErr := send(stream, buf[:n]); sendErr != nil {
			return sendErr
		}
		if err != nil {
			select {} // the other direction decides
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
