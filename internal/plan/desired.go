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
func (d Desired) base(g config.Guest) (Base, bool) { return d.image(g.Image) }

// image is an image as an overlay's base; ok is false when it was not built.
func (d Desired) image(name string) (Base, bool) {
	a, ok := d.Images[name]
	return Base{Identity: a.Identity, Path: a.Path, Format: a.Format, StorePath: a.StorePath, Size: a.VirtualSize}, ok
}
