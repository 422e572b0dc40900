// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"

	"libvirt.org/go/libvirt"
)

// Define makes the domain persistent or replaces its persistent definition;
// libvirt validates the XML against its schema first. The caller frees the domain.
func Define(conn *libvirt.Connect, xml string) (*libvirt.Domain, error) {
	return define(conn, xml, libvirt.DOMAIN_DEFINE_VALIDATE)
}

// DefineAlike is Define for a guest that differs from one that was defined in
// names and addresses alone. It leaves the schema out, which libvirt parses
// anew for each domain (5 to 10 ms).
func DefineAlike(conn *libvirt.Connect, xml string) (*libvirt.Domain, error) {
	return define(conn, xml, 0)
}

func define(conn *libvirt.Connect, xml string, flags libvirt.DomainDefineFlags) (*libvirt.Domain, error) {
	dom, err := conn.DomainDefineXMLFlags(xml, flags)
	if err != nil {
		return nil, fmt.Errorf("define domain: %w", err)
	}
	return dom, nil
}

// Start boots the domain from its persistent definition.
func Start(dom *libvirt.Domain) error {
	return wrap("start", dom, dom.Create())
}

// Shutdown asks the guest to power off and does not wait for it. Without
// flags, libvirt takes the guest's agent where it is connected and ACPI
// otherwise, or when the agent fails.
func Shutdown(dom *libvirt.Domain) error {
	return wrap("shut down", dom, dom.ShutdownFlags(libvirt.DOMAIN_SHUTDOWN_DEFAULT))
}

// Destroy ends the domain's QEMU: asked first, so that it writes back what it
// caches, and killed when it does not follow. A domain that does not run is
// left as it is, with no error.
func Destroy(dom *libvirt.Domain) error {
	err := dom.DestroyFlags(libvirt.DOMAIN_DESTROY_GRACEFUL)
	if err == nil {
		return nil
	}
	running, activeErr := dom.IsActive()
	if activeErr != nil {
		return wrap("destroy", dom, activeErr)
	}
	if !running {
		return nil
	}
	return wrap("destroy", dom, dom.DestroyFlags(libvirt.DOMAIN_DESTROY_DEFAULT))
}

// InactiveXML is the domain's persistent definition.
func InactiveXML(dom *libvirt.Domain) (string, error) {
	xml, err := dom.GetXMLDesc(libvirt.DOMAIN_XML_INACTIVE)
	return xml, wrap("read definition of", dom, err)
}

// SetMetadata replaces the element of one namespace in the domain's persistent
// definition; the running domain keeps its own.
func SetMetadata(dom *libvirt.Domain, key, uri, xml string) error {
	return wrap("set metadata of", dom, dom.SetMetadata(libvirt.DOMAIN_METADATA_ELEMENT, xml, key, uri, libvirt.DOMAIN_AFFECT_CONFIG))
}

// wrap names what was done to which domain; nil stays nil.
func wrap(verb string, dom *libvirt.Domain, err error) error {
	if err == nil {
		return nil
	}
	name, nameErr := dom.GetName()
	if nameErr != nil {
		name = "?"
	}
	return fmt.Errorf("%s domain %q: %w", verb, name, err)
}
