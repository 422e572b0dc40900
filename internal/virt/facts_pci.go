// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"fmt"
	"strings"

	"libvirt.org/go/libvirt"
	"libvirt.org/go/libvirtxml"
)

// readPCI looks devices of the host up by their address.
func (f *Facts) readPCI(conn *libvirt.Connect, addresses []string) error {
	f.PCI = map[string]PCIDevice{}
	for _, address := range addresses {
		device, err := readPCIDevice(conn, address)
		if hasCode(err, libvirt.ERR_NO_SUPPORT) {
			return nil // a driver without node devices cannot tell
		}
		if err != nil {
			return err
		}
		f.PCI[address] = device
	}
	return nil
}

func readPCIDevice(conn *libvirt.Connect, address string) (PCIDevice, error) {
	dev, err := conn.LookupDeviceByName(nodeDevice(address))
	if IsNotFound(err) {
		return PCIDevice{Missing: true, IOMMUGroup: -1}, nil
	}
	if err != nil {
		return PCIDevice{}, err
	}
	defer func() { _ = dev.Free() }()
	text, err := dev.GetXMLDesc(0)
	if err != nil {
		return PCIDevice{}, err
	}
	return pciDevice(text)
}

// nodeDevice is libvirt's name of a PCI device, such as pci_0000_03_00_0.
func nodeDevice(address string) string {
	return "pci_" + strings.NewReplacer(":", "_", ".", "_").Replace(strings.ToLower(address))
}

func pciDevice(text string) (PCIDevice, error) {
	var node libvirtxml.NodeDevice
	if err := node.Unmarshal(text); err != nil {
		return PCIDevice{}, fmt.Errorf("read node device: %w", err)
	}
	out := PCIDevice{IOMMUGroup: -1}
	if node.Driver != nil {
		out.Driver = node.Driver.Name
	}
	if pci := node.Capability.PCI; pci != nil {
		out.Product = pci.Product.Name
		if pci.IOMMUGroup != nil {
			out.IOMMUGroup = pci.IOMMUGroup.Number
		}
	}
	return out, nil
}
