// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"path/filepath"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/guest"
	"vmprov/internal/state"
	"vmprov/internal/virt"
)

// Desired is what the configuration asks for, as far as it can be known
// without looking at what exists.
type Desired struct {
	Project string
	Version string // of vmprov
	// Birth goes into the mark of a guest that is made: it tells it from one of
	// the same name before it.
	Birth  string
	Origin Origin
	Host   virt.Host
	// Pool as declared; both empty mean the default pool.
	Pool config.Pool
	// Networks that vmprov makes, and all others, by their name in the file.
	Networks map[string]config.Network
	// Declared are all guests of the file, in its order: each has a reservation.
	Declared []config.Guest
	// Images are the artifacts by image name; one that was not built is missing.
	Images map[string]image.Artifact
	// Boots are what guests boot directly, by guest; one that is not known is missing.
	Boots map[string]Boot
	// HostKeys are keys for guests that are to be given one, by guest.
	HostKeys map[string]guest.HostKey

	SSH SSH
}

// SSH is how guests are logged in to, and by whom.
type SSH struct {
	User string
	// Key is the caller's key pair.
	Key guest.KeyPair
	// Authorized are all public keys that the caller wants in, his own first.
	Authorized []string
	// Folder is the state folder, which holds known_hosts.
	Folder *state.Folder
}

// NewDesired takes the parts of a configuration that the plan compares.
func NewDesired(file *config.File, host virt.Host, images map[string]image.Artifact, ssh SSH, machine, version string) Desired {
	return Desired{
		Project: file.Project, Version: version, Host: host, Pool: file.Pool,
		Origin:   Origin{Machine: machine, Path: file.Path, UID: file.Owner.UID},
		Networks: file.Networks, Declared: file.Guests, Images: images, SSH: ssh,
	}
}

// PoolWanted says which pool is meant and, for one that vmprov makes, where.
// A pool by path is looked up by its folder: its name is empty.
func (d Desired) PoolWanted() (name, path string) {
	switch {
	case d.Pool.Path != "":
		return "", filepath.Clean(d.Pool.Path)
	case d.Pool.Name != "" && d.Pool.Name != DefaultPool:
		return d.Pool.Name, ""
	default:
		return DefaultPool, d.Host.DefaultPoolPath()
	}
}

// DefaultPool is the pool that vmprov makes when the configuration names none.
const DefaultPool = "vmprov"

// ownNetwork says that vmprov makes a network of this mode.
func ownNetwork(n config.Network) bool {
	return n.Mode == config.NetworkNAT || n.Mode == config.NetworkRoute || n.Mode == config.NetworkIsolated
}

// base is the image of a guest as an overlay's base; ok is false when the
// image was not built.
func (d Desired) base(g config.Guest) (Base, bool) {
	b, known := d.boot(g)
	if g.Imageless != nil {
		if b == nil {
			return Base{}, false
		}
		return Base{StorePath: b.Closure, Boot: b}, true
	}
	base, ok := d.image(g.Image)
	base.Boot = b
	return base, ok && known
}

// boot is what a guest boots directly; nil where it boots from its image. known
// is false where that was not found out.
func (d Desired) boot(g config.Guest) (b *Boot, known bool) {
	if g.Imageless == nil && g.Kernel == "" {
		return nil, true
	}
	found, ok := d.Boots[g.Name]
	if !ok {
		return nil, false
	}
	return &found, true
}

// image is an image as an overlay's base; ok is false when it was not built.
func (d Desired) image(name string) (Base, bool) {
	a, ok := d.Images[name]
	return Base{Identity: a.Identity, Path: a.Path, Format: a.Format, StorePath: a.StorePath, Size: a.VirtualSize}, ok
}
