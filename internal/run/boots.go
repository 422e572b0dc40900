// SPDX-License-Identifier: Apache-2.0

package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/plan"
	"vmprov/internal/virt"
	"vmprov/kernel"
	"vmprov/storage"
)

// findBoots finds what guests boot directly, by guest: kernels, initrds and
// modules are looked at, and what they lack is said. Guests that boot from their
// image are in neither map; those in unfit must not be started.
func (p *project) findBoots(ctx context.Context, guests []config.Guest) (boots map[string]plan.Boot, unfit map[string]error) {
	boots, unfit = map[string]plan.Boot{}, map[string]error{}
	var mu sync.Mutex
	var g errgroup.Group // without a context: one guest's failure does not end the others
	for _, spec := range guests {
		if spec.Imageless == nil && spec.Kernel == "" {
			continue
		}
		g.Go(func() error {
			b, err := p.boot(ctx, spec)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				unfit[spec.Name] = err
			} else {
				boots[spec.Name] = b
			}
			return nil
		})
	}
	_ = g.Wait()
	return boots, unfit
}

var errOtherStore = errors.New("imageless: its store is this machine's, and libvirtd is another's (run vmprov there)")

func (p *project) boot(ctx context.Context, spec config.Guest) (plan.Boot, error) {
	if spec.Imageless == nil {
		return p.direct(spec)
	}
	if !p.host.Local {
		return plan.Boot{}, errOtherStore
	}
	closure, err := p.closures.get(ctx, spec)
	if err != nil {
		return plan.Boot{}, err
	}
	return p.withClosure(spec, closure)
}

// direct is the boot of a guest with an image and a kernel of the host's.
func (p *project) direct(spec config.Guest) (plan.Boot, error) {
	if !p.host.Local { // its paths are the other machine's
		return plan.Boot{Kernel: plan.BootFile{Path: spec.Kernel}, Initrd: plan.BootFile{Path: spec.Initrd}}, nil
	}
	k, err := kernel.Find(spec.Kernel, p.arch(spec))
	if err != nil {
		return plan.Boot{}, err
	}
	b := plan.Boot{Release: k.Release}
	return p.files(b, k.Image, spec.Initrd)
}

// withClosure is the boot of a guest without an image.
func (p *project) withClosure(spec config.Guest, c image.Closure) (plan.Boot, error) {
	own := spec.Imageless
	path := cmp.Or(own.Kernel, c.Kernel)
	if path == "" {
		return plan.Boot{}, fmt.Errorf("imageless: the closure %s has no kernel, and `imageless.kernel` names none", c.StorePath)
	}
	k, modules, err := p.kernelOf(spec, path)
	if err != nil {
		return plan.Boot{}, err
	}
	b := plan.Boot{Closure: c.StorePath, Init: c.Init, Params: c.KernelParams, Own: own.Cmdline, Release: k.Release, Modules: modules}
	if b.Views, err = p.views(b); err != nil {
		return plan.Boot{}, fmt.Errorf("imageless: %w", err)
	}
	initrd := cmp.Or(own.Initrd, c.Initrd)
	if err := p.able(spec, k, initrd, b.Modules); err != nil {
		return plan.Boot{}, err
	}
	return p.files(b, k.Image, initrd)
}

// kernelOf is the kernel at a path for a guest without an image, with the
// modules that go with it.
func (p *project) kernelOf(spec config.Guest, path string) (k kernel.Kernel, modules string, err error) {
	if k, err = kernel.Find(path, p.arch(spec)); err != nil {
		return k, "", fmt.Errorf("imageless: %w", err)
	}
	if folder := spec.Imageless.Modules; folder != "" {
		if modules, err = kernel.Modules(folder, k.Release); err != nil {
			return k, "", fmt.Errorf("imageless: %w", err)
		}
	}
	return k, modules, nil
}

// able says what a kernel lacks to get from its start to the closure, option by
// option. Without a configuration beside it nothing is known, and an initrd that
// is empty here, the closure's that is not built, may have any module.
func (p *project) able(spec config.Guest, k kernel.Kernel, initrd, modules string) error {
	if k.Config == "" {
		p.env.Emit(event.Event{Kind: event.Note, Guest: spec.Name,
			Text: fmt.Sprintf("kernel %s has no configuration beside it, so its options are not checked", k.Image)})
		return nil
	}
	options, err := kernel.ReadOptions(k.Config)
	if err != nil {
		return err
	}
	inInitrd := func(string) bool { return true }
	if initrd != "" {
		loaded, err := p.initrdModules(initrd)
		if err != nil {
			return err
		}
		inInitrd = func(module string) bool { return loaded[module] }
	}
	lacks := options.Lacks(kernel.BootNeeds, inInitrd)
	later := func(module string) bool { return modules != "" || inInitrd(module) }
	lacks = append(lacks, options.Lacks(kernel.CredentialNeeds, later)...)
	if spec.HostKey == config.HostKeyPinned {
		lacks = append(lacks, options.Lacks(kernel.HostKeyNeeds, later)...)
	}
	if len(lacks) == 0 {
		return nil
	}
	return fmt.Errorf("imageless: kernel %s cannot boot it (%s):\n%s", k.Image, k.Config, strings.Join(lacks, "\n"))
}

// initrdModules are the modules of an initrd, which is unpacked once for all the
// guests of a command that boot it.
func (p *project) initrdModules(path string) (map[string]bool, error) {
	read, _ := p.initrds.LoadOrStore(path, sync.OnceValues(func() (map[string]bool, error) { return kernel.InitrdModules(path) }))
	return read.(func() (map[string]bool, error))()
}

// files adds the kernel and the initrd as QEMU will get them.
func (p *project) files(b plan.Boot, kernel, initrd string) (plan.Boot, error) {
	var err error
	if b.Kernel, err = p.bootFile(kernel); err != nil {
		return plan.Boot{}, err
	}
	if initrd != "" {
		b.Initrd, err = p.bootFile(initrd)
	}
	return b, err
}

// bootFile decides whether QEMU gets a file in its place or a private copy. A
// system libvirtd gives kernel and initrd to QEMU's user for the run, and back at
// its end (seen on 9.0, whatever their mode), so that their owner could not build
// them anew meanwhile, and a file of the store would change hands. It leaves alone
// what is on a read-only file system.
func (p *project) bootFile(path string) (plan.BootFile, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return plan.BootFile{}, err
	}
	identity, size, err := image.Identify(real)
	if err != nil {
		return plan.BootFile{}, err
	}
	f := plan.BootFile{Path: real, Identity: identity, Size: size}
	if p.host.Session {
		return f, nil
	}
	readOnly, err := storage.IsReadOnly(real)
	if err != nil {
		return plan.BootFile{}, err
	}
	f.Stage = !readOnly || p.host.Preflight(real, virt.ReadFile) != nil
	return f, nil
}

func (p *project) arch(spec config.Guest) string { return cmp.Or(spec.Arch, p.host.Arch) }
