// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"

	"vmprov/internal/guest"
	"vmprov/internal/state"
	"vmprov/storage"
)

// removeRoot lets nix collect a store path.
type removeRoot struct {
	folder *state.Folder
	name   string
}

func (o removeRoot) describe() (string, string) { return "remove GC root", o.name }

func (o removeRoot) run(context.Context, *Applier) error { return o.folder.RemoveRoot(o.name) }

// removeFile removes a file of the state folder.
type removeFile struct {
	folder *state.Folder
	name   string
}

func (o removeFile) describe() (string, string) { return "remove file", o.name }

func (o removeFile) run(context.Context, *Applier) error { return o.folder.Remove(o.name) }

// forgetHost drops the host keys of a guest that is gone.
type forgetHost struct {
	folder         *state.Folder
	project, guest string
}

func (o forgetHost) describe() (string, string) { return "forget the host keys of", o.guest }

func (o forgetHost) run(ctx context.Context, _ *Applier) error {
	return guest.Forget(ctx, o.folder, o.project, []string{o.guest})
}

// removeTPM removes the state of a TPM.
type removeTPM struct{ folder string }

func (o removeTPM) describe() (string, string) { return "remove TPM state", o.folder }

func (o removeTPM) run(context.Context, *Applier) error { return storage.RemoveTPM(o.folder) }

// removeSocket removes a socket that nothing is bound to.
type removeSocket struct{ path string }

func (o removeSocket) describe() (string, string) { return "remove socket", o.path }

func (o removeSocket) run(context.Context, *Applier) error { return storage.RemoveSocket(o.path) }
