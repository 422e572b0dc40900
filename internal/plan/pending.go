// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"
	"strings"

	"vmprov/domain"
	"vmprov/internal/config"
)

// pendingFields names what a guest's definition says and its running self does
// not have yet; empty for nothing.
func pendingFields(g ObservedGuest) string {
	if g.Live == nil {
		return ""
	}
	running, err1 := g.Live.Spec()
	defined, err2 := g.Mark.Spec()
	if err1 != nil || err2 != nil {
		return ""
	}
	fields := append(waiting(running, defined), bootPaths(g.Live.Base, g.Mark.Base)...)
	if g.pendingKeys() {
		fields = append(fields, "ssh keys")
	}
	return strings.Join(fields, ", ")
}

// pendingKeys says that the running guest lacks public keys that its definition has.
func (g ObservedGuest) pendingKeys() bool {
	return g.Live != nil && slices.ContainsFunc(g.Mark.Keys, func(key string) bool { return !slices.Contains(g.Live.Keys, key) })
}

// CutOff is the libvirt network of a running guest that was stopped or removed
// under it; empty for none. A network that starts again does not take back the
// guests that it had. declared are the file's networks, spec is what the guest
// runs with.
func CutOff(declared map[string]config.Network, o Observed, project string, spec config.Guest) string {
	for _, nic := range spec.Networks {
		name := nic.Network
		n, ok := declared[name]
		libvirtName := n.Network
		switch {
		case ok && ownNetwork(n):
			libvirtName = config.NetworkName(project, name)
		case !ok || n.Mode != config.NetworkExisting:
			continue // a bridge is the host's, and one that left the file is not known
		}
		if !o.Networks[libvirtName].Active {
			return libvirtName
		}
	}
	return ""
}

// Lost are the volumes that a guest's mark owns and that somebody deleted; nil
// where a change is open or the pool cannot tell. The console log is left out:
// its loss is none to the guest.
func (o Observed) Lost(g ObservedGuest) []string {
	pool := o.Pools[g.Mark.Pool]
	if g.Mark.Intent != IntentNone || !pool.Active {
		return nil
	}
	var lost []string
	for _, v := range g.Mark.Volumes {
		if !pool.Volumes[v.Name] && !slices.Contains(g.Mark.ConsoleLogs(g.Domain), v.Name) {
			lost = append(lost, v.Name)
		}
	}
	return lost
}

// Pending is pendingFields for a reader of the status.
func (g ObservedGuest) Pending() string { return pendingFields(g) }

// Edited says how a guest was changed by hand since its mark was committed;
// nothing is compared while a change is open or under another libvirt.
func (g ObservedGuest) Edited(libVersion uint32) []string {
	if g.Transient {
		return []string{"it was undefined while it runs: it is lost, and its volumes are nobody's, once it stops"}
	}
	m := g.Mark
	if m.Intent != IntentNone || m.Fingerprint.Sum == "" || m.Fingerprint.LibVersion != libVersion || m.Fingerprint.Sum == g.Sum {
		return nil
	}
	before, err := m.Fingerprint.definition()
	if err != nil {
		return []string{err.Error()}
	}
	if differences := domain.Difference(before, g.XML); len(differences) > 0 {
		return differences
	}
	return []string{"its definition differs from the one that vmprov wrote"}
}

// Kept says that a destroy left nothing of a guest but its data disks.
func (g ObservedGuest) Kept() bool {
	has := config.RootVolumeName(g.Domain, g.Mark.Generation)
	if g.Mark.Base.imageless() {
		has = g.Mark.ConsoleVolume(g.Domain)
	}
	return g.Mark.Intent == IntentNone && !g.Mark.owns(has)
}
