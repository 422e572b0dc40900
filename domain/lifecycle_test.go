// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"errors"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirt"

	"vmprov/internal/virt/virttest"
)

func TestLifecycle(t *testing.T) {
	conn := virttest.Driver(t)
	doc, err := XML(newSpec())
	assert.NilError(t, err)
	dom, err := Define(conn, doc)
	assert.NilError(t, err)
	defer func() { _ = dom.Free() }()
	state := func() libvirt.DomainState {
		s, _, err := dom.GetState()
		assert.NilError(t, err)
		return s
	}

	assert.NilError(t, Start(dom))
	assert.Equal(t, state(), libvirt.DOMAIN_RUNNING)
	assert.ErrorContains(t, Start(dom), `start domain "lab-xfs": `)
	assert.NilError(t, SetMetadata(dom, "m", "urn:example:mark", "<guest project='a'/>"))
	inactive, err := InactiveXML(dom)
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(inactive, "project='a'") || strings.Contains(inactive, `project="a"`), inactive)

	assert.NilError(t, Shutdown(dom))
	assert.Equal(t, state(), libvirt.DOMAIN_SHUTOFF)
	assert.ErrorContains(t, Shutdown(dom), `shut down domain "lab-xfs": `)

	assert.NilError(t, Start(dom))
	assert.NilError(t, Destroy(dom))
	assert.Equal(t, state(), libvirt.DOMAIN_SHUTOFF)
	assert.NilError(t, Destroy(dom), "a guest that does not run")

	assert.NilError(t, Undefine(dom, 9_000_000))
	_, err = conn.LookupDomainByName("lab-xfs")
	assert.Assert(t, errors.Is(err, libvirt.ERR_NO_DOMAIN), "%v", err)
	err = SetMetadata(dom, "m", "urn:example:mark", "<guest/>")
	assert.ErrorContains(t, err, `set metadata of domain "lab-xfs": `)
	err = Undefine(dom, 9_000_000)
	assert.Assert(t, errors.Is(err, libvirt.ERR_NO_DOMAIN), "%v", err)
}

func TestDefineRefusesWhatIsNoDomain(t *testing.T) {
	_, err := Define(virttest.Driver(t), "<network/>")
	assert.ErrorContains(t, err, "define domain: ")
}

func TestUndefineFlags(t *testing.T) {
	const (
		always      = libvirt.DOMAIN_UNDEFINE_MANAGED_SAVE | libvirt.DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
		checkpoints = libvirt.DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
		nvram       = libvirt.DOMAIN_UNDEFINE_NVRAM
		tpm         = libvirt.DOMAIN_UNDEFINE_TPM
	)
	for _, tc := range []struct {
		name    string
		version uint32
		want    libvirt.DomainUndefineFlagsValues
	}{
		{"5.5.0", 5_005_000, always | nvram},
		{"5.6.0", 5_006_000, always | nvram | checkpoints},
		{"8.8.0", 8_008_000, always | nvram | checkpoints},
		{"8.9.0", 8_009_000, always | nvram | checkpoints | tpm},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, undefineFlags(tc.version), tc.want)
		})
	}
}
