// SPDX-License-Identifier: Apache-2.0

// Command vmprov brings libvirt guests up from one YAML file, takes them back
// to pristine and removes them without a trace.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"vmprov/internal/cli"
)

func main() {
	os.Exit(cli.Main(interruptible(), os.Args[1:], cli.Stdio()))
}

// interruptible is a context that the first SIGINT or SIGTERM cancels, so that
// the step under way is finished and reported. The second one ends the program
// at once: what it leaves behind, the next command carries on.
func interruptible() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(cli.ExitInterrupted)
	}()
	return ctx
}
