// SPDX-License-Identifier: Apache-2.0

package config

// NetworkMode is how a network reaches the world.
type NetworkMode string

// Network modes.
const (
	NetworkNAT      NetworkMode = "nat"
	NetworkRoute    NetworkMode = "route"
	NetworkIsolated NetworkMode = "isolated"
	NetworkBridge   NetworkMode = "bridge"
	NetworkMacvtap  NetworkMode = "macvtap"
	NetworkExisting NetworkMode = "existing"
	NetworkUser     NetworkMode = "user"
)

// Network is one network of the project. nat, route and isolated networks are
// made by vmprov; user is made by QEMU for each NIC; the others are only used.
type Network struct {
	Mode    NetworkMode `yaml:"mode,omitempty" json:"mode,omitempty" jsonschema:"enum=nat,enum=route,enum=isolated,enum=bridge,enum=macvtap,enum=existing,enum=user" element:"<forward mode>" doc:"nat, route, isolated, bridge, macvtap, existing or user; default: nat"`
	IPv4    string      `yaml:"ipv4,omitempty" json:"ipv4,omitempty" element:"<ip>" doc:"nat, route, isolated: subnet, such as 10.47.0.0/24, or none; default: a free one"`
	IPv6    string      `yaml:"ipv6,omitempty" json:"ipv6,omitempty" element:"<ip family=ipv6>" doc:"nat, route, isolated: IPv6 subnet of /64, such as fd00:47::/64; default: none"`
	Domain  string      `yaml:"domain,omitempty" json:"domain,omitempty" element:"<domain>" doc:"nat, route, isolated: DNS domain of the guests, which resolve as GUEST and GUEST.DOMAIN; default: the project"`
	MTU     int         `yaml:"mtu,omitempty" json:"mtu,omitempty" jsonschema:"minimum=68,maximum=65535" element:"<mtu size>" doc:"nat, route, isolated: MTU of the bridge and of its guests"`
	Bridge  string      `yaml:"bridge,omitempty" json:"bridge,omitempty" element:"<source bridge>" doc:"host bridge of a bridge network"`
	Dev     string      `yaml:"dev,omitempty" json:"dev,omitempty" element:"<source dev>, <forward dev>" doc:"macvtap: the host's interface; route, nat: the only one that is routed to"`
	Macvtap string      `yaml:"macvtap,omitempty" json:"macvtap,omitempty" jsonschema:"enum=bridge,enum=vepa,enum=private,enum=passthrough" element:"<source mode>" doc:"macvtap: mode of the interface; default: bridge"`
	Network string      `yaml:"network,omitempty" json:"network,omitempty" element:"<source network>" doc:"libvirt network of an existing network"`
	Backend string      `yaml:"backend,omitempty" json:"backend,omitempty" jsonschema:"enum=passt,enum=slirp" element:"<backend type>" doc:"user: what carries it; forwards need passt (libvirt 9.1 and later); default: passt where it is installed, else slirp"`
}

// NIC attaches a guest to a network. In YAML the name of the network alone, or
// a mapping.
type NIC struct {
	Network   string    `yaml:"network" json:"network" jsonschema:"required" shorthand:"true" effect:"next boot" element:"<source>" doc:"network of this file"`
	Name      string    `yaml:"name,omitempty" json:"name,omitempty" doc:"tells two NICs on one network apart; its MAC derives from it; default: the network"`
	Address   string    `yaml:"address,omitempty" json:"address,omitempty" effect:"next boot" element:"<host ip>" doc:"fixed IPv4 address on a network of vmprov's; default: the lowest free one"`
	Address6  string    `yaml:"address6,omitempty" json:"address6,omitempty" effect:"next boot" element:"<host ip>" doc:"fixed IPv6 address on a network of vmprov's, which DHCPv6 gives besides; default: only the one that the guest gives itself from its MAC"`
	MAC       string    `yaml:"mac,omitempty" json:"mac,omitempty" effect:"next boot" element:"<mac address>" doc:"MAC address; default: derived from project, guest and NIC"`
	Model     string    `yaml:"model,omitempty" json:"model,omitempty" jsonschema:"enum=virtio,enum=e1000e,enum=e1000,enum=rtl8139,enum=igb" effect:"next boot" element:"<model type>" doc:"device; default: virtio"`
	Queues    int       `yaml:"queues,omitempty" json:"queues,omitempty" jsonschema:"minimum=1,maximum=256" effect:"next boot" element:"<driver queues>" doc:"virtio: pairs of queues (multiqueue), not on user networks"`
	MTU       int       `yaml:"mtu,omitempty" json:"mtu,omitempty" jsonschema:"minimum=68,maximum=65535" effect:"next boot" element:"<mtu size>" doc:"virtio, not on macvtap and user networks: MTU that the guest is told; default: the network's"`
	Link      string    `yaml:"link,omitempty" json:"link,omitempty" jsonschema:"enum=up,enum=down" effect:"live" element:"<link state>" doc:"state of the link; default: up"`
	VLAN      int       `yaml:"vlan,omitempty" json:"vlan,omitempty" jsonschema:"minimum=1,maximum=4094" effect:"next boot" element:"<vlan>" doc:"VLAN of the port, where the network is bridged and the bridge filters VLANs (Open vSwitch; a Linux bridge with libvirt 11.0 and later)"`
	BootOrder int       `yaml:"bootOrder,omitempty" json:"bootOrder,omitempty" jsonschema:"minimum=1" effect:"next boot" element:"<boot order>" doc:"place in the firmware's boot order (PXE)"`
	Forwards  []Forward `yaml:"forwards,omitempty" json:"forwards,omitempty" effect:"next boot" element:"<portForward>" doc:"user: ports of the host that lead to the guest"`
}

// Forward leads a port of the host's loopback to a port of the guest. Of a
// counted guest, the nth has the host port n-1 higher.
type Forward struct {
	Host     int    `yaml:"host" json:"host" jsonschema:"required,minimum=1,maximum=65535" element:"<range start>" doc:"port on the host"`
	Guest    int    `yaml:"guest" json:"guest" jsonschema:"required,minimum=1,maximum=65535" element:"<range to>" doc:"port in the guest; 22 makes vmprov log in through it"`
	Protocol string `yaml:"protocol,omitempty" json:"protocol,omitempty" jsonschema:"enum=tcp,enum=udp" element:"<portForward proto>" doc:"default: tcp"`
	Address  string `yaml:"address,omitempty" json:"address,omitempty" element:"<portForward address>" doc:"address of the host to listen on; default: 127.0.0.1"`
}
