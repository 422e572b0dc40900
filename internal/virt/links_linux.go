// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"fmt"
	"strings"
	"syscall"
)

// Attributes of rtnetlink(7) that package syscall does not name (linux/if_link.h).
const (
	linkInfo     = 18 // IFLA_LINKINFO
	linkInfoKind = 1  // IFLA_INFO_KIND, within it
	nested       = 0x8000
)

// readLinks are the network interfaces of this machine by name, each with its
// kind: bridge, openvswitch, dummy ..., empty for hardware. /sys would show
// those of the network namespace that it was mounted in.
func readLinks() (map[string]string, error) {
	raw, err := syscall.NetlinkRIB(syscall.RTM_GETLINK, syscall.AF_UNSPEC)
	if err != nil {
		return nil, fmt.Errorf("list network interfaces: %w", err)
	}
	messages, err := syscall.ParseNetlinkMessage(raw)
	if err != nil {
		return nil, fmt.Errorf("list network interfaces: %w", err)
	}
	links := map[string]string{}
	for _, m := range messages {
		if m.Header.Type != syscall.RTM_NEWLINK {
			continue
		}
		attributes, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			return nil, fmt.Errorf("list network interfaces: %w", err)
		}
		name, kind := "", ""
		for _, a := range attributes {
			switch a.Attr.Type &^ nested {
			case syscall.IFLA_IFNAME:
				name = text(a.Value)
			case linkInfo:
				kind = kindIn(a.Value)
			}
		}
		links[name] = kind
	}
	return links, nil
}

// kindIn reads the kind out of attributes, each a length and a type of two
// bytes, then a value that is padded to four.
func kindIn(attributes []byte) string {
	for len(attributes) >= syscall.SizeofRtAttr {
		length := int(attributes[0]) | int(attributes[1])<<8
		kind := int(attributes[2]) | int(attributes[3])<<8
		if length < syscall.SizeofRtAttr || length > len(attributes) {
			return ""
		}
		if kind&^nested == linkInfoKind {
			return text(attributes[syscall.SizeofRtAttr:length])
		}
		attributes = attributes[min((length+3)&^3, len(attributes)):]
	}
	return ""
}

// text is a string of C.
func text(value []byte) string { return strings.TrimRight(string(value), "\x00") }
