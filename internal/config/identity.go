// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"

	"github.com/google/uuid"
)

// namespace is the root of every v5 UUID that vmprov derives.
var namespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://vmprov.dev/"))

// DomainName is the libvirt name of a guest.
func DomainName(project, guest string) string { return project + "-" + guest }

// DomainUUID is the v5 UUID of a guest: the same for the same project and
// name, on every host.
func DomainUUID(project, guest string) string { return derive("domain", project, guest) }

// NetworkName is the libvirt name of one of the project's own networks.
func NetworkName(project, network string) string { return project + "-" + network }

// NetworkUUID is the v5 UUID of one of the project's own networks.
func NetworkUUID(project, network string) string { return derive("network", project, network) }

// PoolUUID is the v5 UUID by which a pool that vmprov made is known. A pool is
// shared by projects, so it derives from the pool's folder alone.
func PoolUUID(path string) string { return derive("pool", path) }

// VolumeName is the name of a data disk's volume: <domain>.<disk>.<format>.
func VolumeName(domain, disk, format string) string {
	return fmt.Sprintf("%s.%s.%s", domain, disk, format)
}

// RootVolumeName is the name of a guest's root overlay of one generation,
// which counts from 1 and grows with every recycle.
func RootVolumeName(domain string, generation int) string {
	return fmt.Sprintf("%s.root.%d.qcow2", domain, generation)
}

// ConsoleVolumeName is the name of the volume that takes a guest's console log.
func ConsoleVolumeName(domain string) string { return domain + ".console.log" }

// MAC is the address of the guest's NIC on a network: 52:54:00 (QEMU's range)
// and three bytes of the derived UUID.
func MAC(project, guest, network string) string {
	id := uuid.MustParse(derive("mac", project, guest, network))
	return fmt.Sprintf("52:54:00:%02x:%02x:%02x", id[13], id[14], id[15])
}

// derive is the v5 UUID of a path of names. Names hold no slash.
func derive(kind string, names ...string) string {
	path := kind
	for _, name := range names {
		path += "/" + name
	}
	return uuid.NewSHA1(namespace, []byte(path)).String()
}
