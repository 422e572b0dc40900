// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"fmt"

	"libvirt.org/go/libvirt"

	"vmprov/domain"
)

// setMark writes an intent, or another change of the mark alone, into the
// persistent definition.
type setMark struct {
	uuid string
	mark Mark
	// what is said of it, such as "mark: recycle".
	what string
}

func (o setMark) describe() (string, string) { return o.what, "" }

func (o setMark) run(ctx context.Context, a *Applier) error {
	return a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error {
		return domain.SetMetadata(dom, MarkPrefix, MarkNamespace, o.mark.Encode())
	})
}

// commitMark writes the mark with the fingerprint of the definition as libvirt
// gives it back.
type commitMark struct {
	uuid string
	mark Mark
}

func (o commitMark) describe() (string, string) { return "commit mark", "" }

func (o commitMark) run(ctx context.Context, a *Applier) error {
	return a.onDomain(ctx, o.uuid, func(dom *libvirt.Domain) error {
		text, err := domain.InactiveXML(dom)
		if err != nil {
			return err
		}
		mark := o.mark
		if mark.Fingerprint, err = fingerprint(text, a.LibVersion); err != nil {
			return err
		}
		return domain.SetMetadata(dom, MarkPrefix, MarkNamespace, mark.Encode())
	})
}

func fingerprint(inactiveXML string, libVersion uint32) (Fingerprint, error) {
	sum, err := domain.Fingerprint(inactiveXML)
	if err != nil {
		return Fingerprint{}, err
	}
	return Fingerprint{LibVersion: libVersion, Sum: sum, Definition: packDefinition(withoutMetadata(inactiveXML))}, nil
}

// markReady notes in the running domain's mark that the guest was seen ready.
// The persistent mark does not have it, so the next boot begins without.
func markReady(dom *libvirt.Domain, mark Mark) error {
	mark.Ready, mark.Intent, mark.Fingerprint = true, IntentNone, Fingerprint{}
	if err := setLive(dom, mark); err != nil {
		return fmt.Errorf("note that guest `%s` is ready: %w", mark.Guest, err)
	}
	return nil
}

// setLive writes the mark of the running domain alone.
func setLive(dom *libvirt.Domain, mark Mark) error {
	return dom.SetMetadata(libvirt.DOMAIN_METADATA_ELEMENT, mark.Encode(), MarkPrefix, MarkNamespace, libvirt.DOMAIN_AFFECT_LIVE)
}
