// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// terminal gives the file descriptor of a stream that is a terminal.
func terminal(stream any) (fd int, ok bool) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// sizeOf measures a terminal anew at each call, so that a resize is followed.
func sizeOf(fd int) func() (width, height int) {
	return func() (int, int) {
		width, height, err := term.GetSize(fd)
		if err != nil || width <= 0 || height <= 0 {
			return 80, 24
		}
		return width, height
	}
}

// style colours words; its zero value does not.
type style struct{ on bool }

func (p *program) styleOf(w io.Writer) style {
	_, tty := terminal(w)
	return style{on: tty && !p.opts.noColor && p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb"}
}

func (s style) paint(code, text string) string {
	if !s.on {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) good(text string) string { return s.paint("32", text) }
func (s style) bad(text string) string  { return s.paint("31", text) }
func (s style) warn(text string) string { return s.paint("33", text) }
func (s style) hint(text string) string { return s.paint("36", text) }

// confirm asks on the terminal; it is nil where there is none to ask on.
func (p *program) confirm(ctx context.Context, r renderer) func(string) (bool, error) {
	_, in := terminal(p.in)
	_, out := terminal(p.err)
	if !in || !out {
		return nil
	}
	return func(question string) (yes bool, err error) {
		r.Alone(func() { yes, err = ask(ctx, p.in, p.err, question) })
		return yes, err
	}
}

// ask puts one question. Anything but yes is no. It gives up with ctx, although
// the read itself cannot be interrupted.
func ask(ctx context.Context, in io.Reader, out io.Writer, question string) (bool, error) {
	fmt.Fprintf(out, "%s [y/N] ", clean(question))
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case a := <-answer:
		return a == "y" || a == "yes", nil
	case <-ctx.Done():
		fmt.Fprintln(out)
		return false, ctx.Err()
	}
}
