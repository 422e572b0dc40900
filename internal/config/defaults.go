// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// What a configuration has that says nothing else.
const (
	defaultConnection   = "qemu:///system"
	defaultPool         = "vmprov"
	defaultNetwork      = "default"
	defaultUser         = "root"
	defaultCPUs         = 2
	defaultMemory       = Size(2 << 30)
	defaultReadyTimeout = Duration(5 * time.Minute)
	defaultStopTimeout  = Duration(time.Minute)
	// A guest without an image has its root in memory, and its developer waits:
	// what hangs then is the kernel that is tried, or the unmounting of the store.
	imagelessStopTimeout = Duration(15 * time.Second)
)

// complete is the part of the file outside its guests, with defaults.
func complete(doc *Document, env Environment, l *layout) *File {
	file := &File{
		Path: env.File, Owner: env.Owner, Project: doc.Project, Connection: doc.Connection,
		Pool: doc.Pool, SSH: doc.SSH,
		Images: maps.Clone(doc.Images), Networks: map[string]Network{},
	}
	if !l.said("connection") {
		file.Connection = cmp.Or(env.Connection, defaultConnection)
	}
	if !l.said("pool") {
		file.Pool.Name = defaultPool
	}
	if !l.said("ssh.user") {
		file.SSH.User = defaultUser
	}
	for name, network := range doc.Networks {
		network.Mode = cmp.Or(network.Mode, NetworkNAT)
		file.Networks[name] = network
	}
	if len(file.Networks) == 0 {
		file.Networks[defaultNetwork] = Network{Mode: NetworkNAT}
	}
	return file
}

// inherit puts the default under every key of own that the file does not say.
// Lists replace, structs behind a pointer (root, recycle) merge key by key.
func inherit(l *layout, own, def reflect.Value, ownPaths []string, defPath string) {
	for _, f := range fieldsOf(own.Type()) {
		o, d := own.Field(f.index), def.Field(f.index)
		at, said := below(l, ownPaths, f.name)
		defAt := join(defPath, f.name)
		switch {
		case !l.said(defAt):
		case !said:
			o.Set(d)
		case o.Kind() == reflect.Pointer && o.Type().Elem().Kind() == reflect.Struct && !o.IsNil() && !d.IsNil():
			merged := reflect.New(o.Type().Elem())
			merged.Elem().Set(o.Elem())
			inherit(l, merged.Elem(), d.Elem(), at, defAt)
			o.Set(merged)
		}
	}
}

// below are the paths of a key, and whether the file says it at one of them.
func below(l *layout, paths []string, key string) (at []string, said bool) {
	for _, path := range paths {
		at = append(at, join(path, key))
		said = said || l.said(join(path, key))
	}
	return at, said
}

// completeDisks is the disks of one guest with their defaults.
func completeDisks(disks []Disk) []Disk {
	disks = slices.Clone(disks)
	for i := range disks {
		disks[i] = completeDisk(disks[i])
	}
	return disks
}

// completeDisk is a disk with its defaults, each value in the one form that it
// has, so that specs compare equal.
func completeDisk(d Disk) Disk {
	d.Bus = cmp.Or(d.Bus, BusVirtio)
	d.Format = cmp.Or(d.Format, defaultFormat(d))
	d.Discard = cmp.Or(d.Discard, "unmap")
	d.PhysicalBlockSize = cmp.Or(d.PhysicalBlockSize, d.LogicalBlockSize)
	// A namespace of a named controller or subsystem has the serial of that.
	if d.Controller == "" && d.Subsystem == "" {
		d.Serial = cmp.Or(d.Serial, d.Name)
	}
	for field, unsaid := range map[*string]string{&d.Cache: "default", &d.Preallocation: "off", &d.DetectZeroes: "off"} {
		if *field == unsaid {
			*field = ""
		}
	}
	d.WWN = strings.ToLower(d.WWN)
	persist := d.Persist == nil || *d.Persist
	d.Persist = &persist
	return d
}

// defaultFormat is raw for what vmprov did not make, which most often is a
// device.
func defaultFormat(d Disk) string {
	if d.Path != "" {
		return "raw"
	}
	return "qcow2"
}

// defaultReady is when a guest counts as ready that does not say: when the host
// can log in, where there is a way to. A macvtap has none to its own host.
func defaultReady(nics []NIC, networks map[string]Network) []Probe {
	for _, n := range nics {
		if mode := networks[n.Network].Mode; mode != NetworkMacvtap && (mode != NetworkUser || n.forwardsSSH()) {
			return []Probe{{Kind: ProbeSSH}}
		}
	}
	return []Probe{{Kind: ProbeRunning}}
}
