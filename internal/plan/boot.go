// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
)

// Boot is what a guest boots directly, found on this host before the plan.
type Boot struct {
	// Closure is the store path of a NixOS system that runs from the host's
	// store; empty for a guest with an image, whose own kernel is not used.
	Closure string `json:"closure,omitempty"`
	// Init is what the kernel command line names as init=.
	Init string `json:"init,omitempty"`
	// Params are the closure's own kernel parameters.
	Params []string `json:"params,omitempty"`
	// Own is what the configuration ends the kernel command line with.
	Own string `json:"own,omitempty"`

	Kernel BootFile `json:"kernel"`
	Initrd BootFile `json:"initrd,omitzero"`
	// Release is what `uname -r` will say; empty where the kernel does not tell.
	Release string `json:"release,omitempty"`
	// Modules is the folder laid out as /lib/modules that the guest sees; empty for none.
	Modules string `json:"modules,omitempty"`
	// Views are the folders of the host that the guest boots from.
	Views []View `json:"views,omitempty"`
}

// View is a folder of the host that a guest sees read-only as a share.
type View struct {
	Tag    string `json:"tag"`
	Source string `json:"source"`
	// Mount is the read-only bind mount that is shared in place of Source, where
	// neither libvirt nor the host refuses writes by itself; empty for none.
	Mount string `json:"mount,omitempty"`
}

// shared is the folder that virtiofsd serves.
func (v View) shared() string { return cmp.Or(v.Mount, v.Source) }

// StorePaths are the paths of nix's store that the guest boots from, each as a
// GC root holds it: the closure, and what of the kernel, the initrd and the
// modules lies in the store and is used there.
func (b Boot) StorePaths() []string {
	out := []string{b.Closure}
	for _, f := range []BootFile{b.Kernel, b.Initrd} {
		if !f.Stage {
			out = append(out, inStore(f.Path))
		}
	}
	out = append(out, inStore(b.Modules))
	out = slices.DeleteFunc(out, func(path string) bool { return path == "" })
	slices.Sort(out)
	return slices.Compact(out)
}

// store is where nix keeps what it builds.
const store = "/nix/store/"

// inStore is the store path that a path lies in; empty for none.
func inStore(path string) string {
	below, ok := strings.CutPrefix(path, store)
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(below, "/")
	return store + name
}

// ViewsFolder is where a host has read-only views, a folder a project.
const ViewsFolder = "/run/vmprov"

// mounts are the read-only views that a guest boots from.
func (m Mark) mounts() []string {
	var out []string
	for _, b := range m.bases() {
		if b.Boot == nil {
			continue
		}
		for _, v := range b.Boot.Views {
			if v.Mount != "" {
				out = append(out, v.Mount)
			}
		}
	}
	return out
}

// MarshalXML writes a boot into a mark, as JSON.
func (b Boot) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	data, err := json.Marshal(rawBoot(b))
	if err != nil {
		return err
	}
	return e.EncodeElement(string(data), start)
}

// UnmarshalXML reads what MarshalXML wrote.
func (b *Boot) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var text string
	if err := d.DecodeElement(&text, &start); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), (*rawBoot)(b))
}

// rawBoot is a Boot without its methods.
type rawBoot Boot

// BootFile is a kernel or an initrd.
type BootFile struct {
	Path string `json:"path,omitempty"`
	// Identity changes exactly when the file does.
	Identity string `json:"identity,omitempty"`
	// Size in bytes.
	Size uint64 `json:"size,omitempty"`
	// Stage: QEMU gets a private copy, a volume of the guest's pool.
	Stage bool `json:"stage,omitempty"`
}

// identityDigits are enough to tell the files of one guest apart.
const identityDigits = 12

// digest is a short name for the file as it is now.
func (f BootFile) digest() string {
	sum := sha256.Sum256([]byte(f.Identity))
	return hex.EncodeToString(sum[:])[:identityDigits]
}

// Identity changes exactly when something of the boot does that a running guest
// does not have yet.
func (b Boot) Identity() string {
	return strings.Join([]string{b.Closure, b.Kernel.Identity, b.Initrd.Identity, b.Modules, b.Own}, "\n")
}

// consoles are the kernel's names of the first serial port.
var consoles = map[string]string{"x86_64": "ttyS0", "aarch64": "ttyAMA0"}

// Cmdline is the kernel command line of a guest without an image: a root in
// memory (with a mode: without one / is world-writable), the serial console, the
// closure's init and parameters, and what its configuration ends it with.
func (b Boot) Cmdline(arch string) string {
	words := []string{"root=tmpfs", "rootflags=mode=0755", "console=" + consoles[arch] + ",115200", "init=" + b.Init}
	words = append(words, b.Params...)
	if b.Own != "" {
		words = append(words, b.Own)
	}
	return strings.Join(words, " ")
}
