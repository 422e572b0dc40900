// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/event"
	"vmprov/internal/guest"
	"vmprov/internal/plan"
	"vmprov/internal/state"
	"vmprov/internal/virt"
)

// project is an open configuration: its file, its state folder and, once
// connected, its libvirtd.
type project struct {
	env    Env
	file   *config.File
	folder *state.Folder
	client *virt.Client
	host   virt.Host
	ssh    plan.SSH
	// building is how this command builds images.
	building Building
	// restartPanicked starts a guest whose kernel panicked anew, once.
	restartPanicked bool
	// unbuilt are the images that failed, by name: their guests are left out.
	unbuilt map[string]error
	// closures are those that guests boot without an image.
	closures *closures
	// boots are what guests boot directly, bootless why one cannot, by guest.
	boots    map[string]plan.Boot
	bootless map[string]error
	// initrds are the modules of initrds that were unpacked, by path.
	initrds *sync.Map
	// doubts are what preflight has warned of already.
	doubts *sync.Map
}

// load reads the configuration that a selection names.
func load(env Env, configPath string) (*config.File, error) {
	if configPath == "" {
		configPath = config.DefaultFile
	}
	file, err := config.Load(configPath)
	if err != nil {
		return nil, err
	}
	if env.Connect != "" {
		file.Connection = env.Connect
	}
	return file, nil
}

// openProject loads a configuration and opens its state folder, but connects
// to nothing.
func openProject(env Env, configPath string) (*project, error) {
	file, err := load(env, configPath)
	if err != nil {
		return nil, err
	}
	folder, err := openFolder(file.Owner, file.Project)
	if err != nil {
		return nil, err
	}
	return &project{env: env, file: file, folder: folder, doubts: new(sync.Map), initrds: new(sync.Map)}, nil
}

// openSelected opens a project and picks the guests that a selection names.
func openSelected(env Env, s Selection) (*project, []config.Guest, error) {
	p, err := openProject(env, s.Config)
	if err != nil {
		return nil, nil, err
	}
	selected, err := p.file.Select(s.Guests)
	return p, selected, err
}

// openFolder opens the state folder of the configuration's owner where root
// acts for that owner, and the caller's own for everybody else.
func openFolder(owner config.Owner, project string) (*state.Folder, error) {
	user := state.User{UID: owner.UID, GID: owner.GID, Home: owner.Home}
	if euid := os.Geteuid(); euid != 0 && euid != owner.UID {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("open state folder: %w", err)
		}
		user = state.User{UID: euid, GID: os.Getegid(), Home: home}
	}
	return state.Open(user, project)
}

// connect opens the libvirtd and reads what its host can do.
func (p *project) connect(ctx context.Context) error {
	client, err := virt.Connect(ctx, p.file.Connection)
	if err != nil {
		return err
	}
	host, err := client.ReadHost(ctx)
	if err != nil {
		client.Close()
		return err
	}
	p.client, p.host = client, host
	return nil
}

// readDevices asks libvirt, the machine and the emulator whether they have
// what the guests want.
func (p *project) readDevices(ctx context.Context, guests []config.Guest) error {
	if err := p.client.ReadFacts(ctx, &p.host, plan.FactsWanted(guests, p.host)); err != nil {
		return err
	}
	var devices []string
	for _, g := range guests {
		devices = append(devices, plan.NVMeDevices(g)...)
	}
	slices.Sort(devices)
	return p.host.ReadProperties(ctx, slices.Compact(devices)...)
}

func (p *project) close() {
	if p.client != nil {
		p.client.Close()
	}
}

// prepare connects and builds side by side. No libvirtd is known at once: it
// ends the build too. Images that failed are left out, unless all did: whoever
// goes on says so with unbuiltImages.
func (p *project) prepare(ctx context.Context, guests []config.Guest, build bool) (map[string]image.Artifact, error) {
	var images map[string]image.Artifact
	p.closures = newClosures(p, build)
	g, preparing := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := p.connect(preparing); err != nil {
			return err
		}
		return p.readDevices(preparing, guests)
	})
	g.Go(func() (err error) {
		if images, err = p.images(preparing, guests, build); err != nil && len(images) == 0 && !anyImageless(guests) {
			return err
		}
		return p.readKeys()
	})
	g.Go(func() error { return p.closures.getAll(preparing, guests) })
	if err := g.Wait(); err != nil {
		p.close()
		p.client = nil
		return nil, err
	}
	p.boots, p.bootless = p.findBoots(ctx, guests)
	return images, nil
}

// readKeys reads the caller's key pair and the public keys of the file.
func (p *project) readKeys() error {
	pair, err := guest.EnsureKeyPair(p.folder, p.file.SSH.IdentityFile)
	if err != nil {
		return err
	}
	p.ssh = plan.SSH{User: p.file.SSH.User, Key: pair, Authorized: []string{pair.Authorized}, Folder: p.folder}
	var errs []error
	for _, entry := range p.file.SSH.AuthorizedKeys {
		keys, err := publicKeys(entry)
		if err != nil {
			errs = append(errs, err)
		}
		p.ssh.Authorized = append(p.ssh.Authorized, keys...)
	}
	return errors.Join(errs...)
}

// readRegular reads a file; a pipe would hold a command that nobody watches.
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	return os.ReadFile(path)
}

// publicKeys are the keys of an entry of ssh.authorizedKeys: a literal key, or
// a file of them. What is no public key is refused and not repeated: the keys
// go where everybody may read them, and a private key is named by mistake, or
// another's file on purpose where root acts for a user.
func publicKeys(entry string) ([]string, error) {
	text, from := entry, "ssh.authorizedKeys"
	if strings.HasPrefix(entry, "/") {
		data, err := readRegular(entry)
		if err != nil {
			return nil, fmt.Errorf("read public key: %w", err)
		}
		text, from = string(data), entry
	}
	var keys []string
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if _, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line)); err != nil {
			return nil, fmt.Errorf("read public key: line %d of %s is none (is it the .pub file?)", number, from)
		}
		keys = append(keys, line)
	}
	return keys, nil
}

// lock takes the project's lock for a changing command. Before it waits for
// one that another command holds, it says whose that is.
func (p *project) lock(ctx context.Context) (*state.Lock, error) {
	lock, err := state.Acquire(ctx, p.client.URI(), p.file.Project, 0)
	var locked *state.LockedError
	if p.env.WaitLock <= 0 || !errors.As(err, &locked) {
		return lock, err
	}
	p.env.Emit(event.Event{Kind: event.Waiting, Action: "lock project", Object: p.file.Project,
		Text: fmt.Sprintf("%s, at most %s", locked.Holder(), p.env.WaitLock)})
	return state.Acquire(ctx, p.client.URI(), p.file.Project, p.env.WaitLock)
}

func (p *project) desired(images map[string]image.Artifact) plan.Desired {
	d := plan.NewDesired(p.file, p.host, images, p.ssh, machineID(), p.env.Version)
	d.Birth = strings.ToLower(rand.Text()[:8])
	d.Boots, d.HostKeys = p.boots, p.hostKeys()
	return d
}

// hostKeys are keys for the guests that are given one, should this command make them.
func (p *project) hostKeys() map[string]guest.HostKey {
	out := map[string]guest.HostKey{}
	for _, g := range p.file.Guests {
		if g.HostKey != config.HostKeyPinned {
			continue
		}
		if key, err := guest.NewHostKey(g.Name); err == nil { // only a host without randomness fails
			out[g.Name] = key
		}
	}
	return out
}

// machineID tells two controllers of one remote host apart (machine-id(5)); a
// machine without one is known by its host name.
func machineID() string {
	if data, err := os.ReadFile("/etc/machine-id"); err == nil && len(strings.TrimSpace(string(data))) > 0 {
		return strings.TrimSpace(string(data))
	}
	name, _ := os.Hostname()
	return name
}
