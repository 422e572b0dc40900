// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"vmprov/domain"
	"vmprov/internal/guest"
)

// directBoot is what the guest boots in place of its disk's boot loader.
func (r rendering) directBoot(domainName string, arch string) (kernel, initrd, cmdline string) {
	b := r.mark.Base.Boot
	if b == nil {
		return r.spec.Kernel, r.spec.Initrd, r.spec.Cmdline
	}
	cmdline = r.spec.Cmdline
	if r.spec.Imageless != nil {
		cmdline = b.Cmdline(arch)
	}
	return r.bootPath(domainName, kernelKind, b.Kernel), r.bootPath(domainName, initrdKind, b.Initrd), cmdline
}

// bootPath is where QEMU finds a file: in its place, or as a private copy.
func (r rendering) bootPath(domainName, kind string, f BootFile) string {
	if f.Stage {
		return r.pool.Volume(stagedName(domainName, kind, f))
	}
	return f.Path
}

// bootViews are the shares that a guest without an image boots from. What is in
// the store never changes, so the guest may keep all that it has read.
func (r rendering) bootViews() []domain.Filesystem {
	if r.mark.Base.Boot == nil {
		return nil
	}
	var out []domain.Filesystem
	for _, v := range r.mark.Base.Boot.Views {
		out = append(out, domain.Filesystem{Tag: v.Tag, Source: v.shared(), ReadOnly: true, Cache: "always"})
	}
	return out
}

// fwCfg are the private credentials: what stands in the XML is a path.
func (r rendering) fwCfg(domainName string) []domain.FWCfgFile {
	if r.mark.HostKey == "" {
		return nil
	}
	return []domain.FWCfgFile{{
		Name: "opt/io.systemd.credentials/" + guest.HostKeyCredential, File: r.pool.Volume(hostKeyName(domainName)),
	}}
}
