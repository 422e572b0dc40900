// SPDX-License-Identifier: Apache-2.0

package run

import (
	"vmprov/image/nixos"
	"vmprov/internal/config"
	"vmprov/internal/guest"
)

// declared are the shares and disks of a guest as its own system may name them.
func declared(g config.Guest) nixos.Mounts {
	var m nixos.Mounts
	if g.Imageless != nil {
		m.Shares = []nixos.Share{
			{Tag: config.StoreTag, ReadOnly: true, Boot: true},
			{Tag: config.ModulesTag, ReadOnly: true, Boot: true, Missing: g.Imageless.Modules == ""},
		}
	}
	for _, s := range g.Shares {
		m.Shares = append(m.Shares, nixos.Share{Tag: s.Tag, Target: s.Target, ReadOnly: s.ReadOnly})
	}
	for _, d := range g.Disks {
		m.Disks = append(m.Disks, declaredDisk(g, d))
	}
	return m
}

func declaredDisk(g config.Guest, d config.Disk) nixos.Disk {
	out := nixos.Disk{Name: d.Name, Target: d.Target, ReadOnly: d.ReadOnly}
	if d.Filesystem != nil {
		out.Type, out.MkfsArgs = d.Filesystem.Type, d.Filesystem.MkfsArgs
	}
	serial, nsid, shared := d.NamespaceOf(g)
	if d.Bus != config.BusNVMe {
		out.Links = []string{guest.DiskByID(string(d.Bus), serial, 0)}
		if d.WWN != "" {
			out.Links = append(out.Links, guest.DiskByWWN(d.WWN))
		}
		return out
	}
	out.Controller, out.Namespace = serial, nsid
	plain, numbered := guest.DiskByID(string(d.Bus), serial, 0), guest.DiskByID(string(d.Bus), serial, nsid)
	switch {
	case !shared:
		out.Links = []string{plain, numbered}
	case alone(g, d):
		out.Links = []string{numbered, plain}
	default:
		// The link without a number is made for each namespace, and one of them has it.
		out.Links = []string{numbered}
	}
	return out
}

// alone reports whether a disk is the only namespace of its controller.
func alone(g config.Guest, d config.Disk) bool {
	for _, other := range g.Disks {
		if other.Bus == config.BusNVMe && other.Controller == d.Controller && other.Name != d.Name {
			return false
		}
	}
	return true
}
