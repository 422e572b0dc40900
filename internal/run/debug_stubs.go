// SPDX-License-Identifier: Apache-2.0

package run

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"vmprov/internal/config"
	"vmprov/internal/plan"
)

// debugStubs looks whether the gdb stubs of guests that do not run yet can be
// had, and makes those guests unfit that cannot have theirs. A running guest
// has its own.
func (p *project) debugStubs(o plan.Observed, guests []config.Guest) {
	if !p.host.Local {
		return
	}
	for _, spec := range guests {
		if spec.GDB == nil || o.Guests[spec.Name].Active {
			continue
		}
		if err := debugStub(spec); err != nil {
			o.Unfit[spec.Name] = errors.Join(o.Unfit[spec.Name], err)
		}
	}
}

// debugStub tries to have the port for a moment, or looks for the socket's folder.
func debugStub(spec config.Guest) error {
	if socket := spec.GDBSocket(); socket != "" {
		folder := filepath.Dir(socket)
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("gdb: folder %s of the socket does not exist (make it, open to QEMU's user)", folder)
		}
		return nil
	}
	listener, err := net.Listen("tcp4", spec.GDBTarget())
	if err != nil {
		return fmt.Errorf("gdb: port %d of 127.0.0.1 cannot be had: %w (`ss -ltnp` shows who has it)", spec.GDBPort(), errors.Unwrap(err))
	}
	return listener.Close()
}
