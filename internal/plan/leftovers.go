// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"libvirt.org/go/libvirt"

	"vmprov/domain"
	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/guest"
	"vmprov/internal/state"
	"vmprov/internal/virt"
	"vmprov/storage"
)

// Leftovers is what may be garbage of a project, and what may still need it.
type Leftovers struct {
	// Volumes are those of every active pool of the host, by the pool's name.
	Volumes map[string][]storage.Detail
	// Domains are all of the host, whosever they are. They are read after the
	// volumes, as every domain is defined before its volumes are made.
	Domains []AnyDomain
	// Links are paths of volumes that are symbolic links, Open those of files
	// that a process has open.
	Links, Open map[string]bool
	// Busy are other projects that a command works on now.
	Busy map[string]bool
	// Built are the names of what is built for the file; nil where there is no file.
	Built map[string]bool
	// States are the state folders of those who have the project.
	States []StateLeft
	// Privileged says that this process is root's: who may mount and unmount.
	Privileged bool
	// Views are the read-only views of the project.
	Views []string
	// Files are what libvirt keeps on the host for domains, by what it is of.
	Files []HostFile
}

// AnyDomain is a domain of the host, with everything that is written about it.
type AnyDomain struct {
	Name, UUID string
	// Texts are its definitions: inactive, live, and those in its snapshots.
	Texts []string
	// Broken says that it carries a mark that cannot be read.
	Broken bool
}

// StateLeft is a state folder.
type StateLeft struct {
	Folder *state.Folder
	// Roots are the GC roots: the store path that each holds, by name.
	Roots map[string]string
	// Sizes are of those store paths, without what they refer to.
	Sizes map[string]uint64
	// Files are the plain files of the folder.
	Files []state.File
	// Known are the guests in known_hosts, with the bytes of their lines.
	Known map[string]uint64
}

// Kinds of HostFile.
const (
	tpmKind      = "TPM state"
	firmwareKind = "firmware variables"
	socketKind   = "gdb socket"
)

// HostFile is something of a domain that libvirt or QEMU put on the host.
type HostFile struct {
	Kind, Path, Guest string
	Bytes             uint64
}

// Names of files in the state folder that a guest or an image has.
const (
	sshConfigPrefix = "ssh_config."
	buildLogPrefix  = "build-"
	buildLogSuffix  = ".log"
)

// SSHConfigName is the file of the state folder that `vmprov ssh` gives to ssh.
func SSHConfigName(guest string) string { return sshConfigPrefix + guest }

// BuildLogName is the file of the state folder that takes the log of a build: of an
// image, or of the closure of a family of guests.
func BuildLogName(name string) string { return buildLogPrefix + name + buildLogSuffix }

// temporaryAge is how old a half-written file is that nobody writes any more.
const temporaryAge = time.Hour

// ObserveLeftovers reads what there is of a project beside what its marks say,
// and every domain of the host.
func ObserveLeftovers(ctx context.Context, c *virt.Client, d Desired, o Observed, folders []*state.Folder) (Leftovers, error) {
	l := Leftovers{Links: map[string]bool{}, Open: map[string]bool{}, Busy: map[string]bool{}}
	err := c.Do(ctx, func(conn *libvirt.Connect) (err error) {
		if l.Volumes, err = storage.Details(ctx, conn); err != nil {
			return err
		}
		l.Domains, err = allDomains(ctx, conn)
		return err
	})
	if err != nil {
		return l, fmt.Errorf("look at %s: %w", c.URI(), err)
	}
	for _, folder := range folders {
		left, err := readState(folder, d.Project)
		if err != nil {
			return l, err
		}
		l.States = append(l.States, left)
	}
	if d.Host.Local {
		l.lookAtHost(d, o)
	}
	return l, nil
}

func allDomains(ctx context.Context, conn *libvirt.Connect) ([]AnyDomain, error) {
	all, err := conn.ListAllDomains(0)
	if err != nil {
		return nil, fmt.Errorf("list domains: %w", err)
	}
	defer freeDomains(all)
	var out []AnyDomain
	for i := range all {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d, err := anyDomain(&all[i])
		if virt.IsNotFound(err) {
			continue // it went meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("read domain: %w", err)
		}
		out = append(out, d)
	}
	return out, nil
}

func anyDomain(dom *libvirt.Domain) (d AnyDomain, err error) {
	if d.Name, err = dom.GetName(); err != nil {
		return d, err
	}
	if d.UUID, err = dom.GetUUIDString(); err != nil {
		return d, err
	}
	text, err := domain.InactiveXML(dom)
	if err != nil {
		return d, err
	}
	d.Texts = append(d.Texts, text)
	if _, err := dom.GetID(); err == nil {
		if text, err = dom.GetXMLDesc(0); err != nil {
			return d, err
		}
		d.Texts = append(d.Texts, text)
	}
	for _, text := range d.Texts {
		_, _, err := markOf(text)
		d.Broken = d.Broken || err != nil
	}
	snapshots, err := dom.ListAllSnapshots(0)
	if err != nil {
		return d, err
	}
	for i := range snapshots {
		text, textErr := snapshots[i].GetXMLDesc(0)
		_ = snapshots[i].Free()
		if textErr != nil && !virt.IsNotFound(textErr) {
			err = textErr
		}
		d.Texts = append(d.Texts, text)
	}
	return d, err
}

func readState(folder *state.Folder, project string) (StateLeft, error) {
	left := StateLeft{Folder: folder, Sizes: map[string]uint64{}}
	var err error
	if left.Roots, err = folder.Roots(); err != nil {
		return left, err
	}
	for _, path := range left.Roots {
		left.Sizes[path] = image.Size(path)
	}
	files, err := folder.Files()
	if err != nil {
		return left, err
	}
	left.Files = slices.DeleteFunc(files, func(f state.File) bool {
		return f.Temporary() && time.Since(f.Changed) < temporaryAge
	})
	left.Known, err = guest.Known(folder, project)
	return left, err
}

// lookAtHost sees what only whoever is on the host sees.
func (l *Leftovers) lookAtHost(d Desired, o Observed) {
	var folders []string
	for _, pool := range o.Pools {
		if pool.Path != "" {
			folders = append(folders, pool.Path)
		}
	}
	l.Open = storage.Open(folders...)
	for _, name := range sortedKeys(o.Pools) {
		for _, v := range l.Volumes[name] {
			if _, _, ours := volumeOf(d.Project, v.Name); ours && storage.IsLink(v.Path) {
				l.Links[v.Path] = true
			}
		}
	}
	l.Privileged = os.Geteuid() == 0
	views, _ := os.ReadDir(filepath.Join(ViewsFolder, d.Project)) // none, or none that one may see
	for _, v := range views {
		if v.IsDir() {
			l.Views = append(l.Views, filepath.Join(ViewsFolder, d.Project, v.Name()))
		}
	}
	if !d.Host.Session {
		l.Files = append(l.Files, tpmLeft(d.Project, l.guests(d, o))...)
		l.Files = append(l.Files, firmwareLeft(d.Project)...)
	}
	l.Files = append(l.Files, socketsLeft(d, o)...)
}

// guests are all names of guests of the project that are seen anywhere.
func (l *Leftovers) guests(d Desired, o Observed) []string {
	var out []string
	for _, g := range d.Declared {
		out = append(out, g.Name)
	}
	out = append(out, sortedKeys(o.Guests)...)
	for _, volumes := range l.Volumes {
		for _, v := range volumes {
			if name, _, ok := volumeOf(d.Project, v.Name); ok {
				out = append(out, name)
			}
		}
	}
	for _, s := range l.States {
		out = append(out, sortedKeys(s.Known)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Where a system libvirtd on this host keeps what is not in its definitions.
const (
	tpmFolder      = "/var/lib/libvirt/swtpm"
	firmwareFolder = "/var/lib/libvirt/qemu/nvram"
)

// tpmLeft finds state of TPMs by the UUIDs that vmprov derives from names.
func tpmLeft(project string, guests []string) []HostFile {
	var out []HostFile
	for _, name := range guests {
		path := filepath.Join(tpmFolder, config.DomainUUID(project, name))
		if info, err := os.Lstat(path); err == nil && info.IsDir() {
			out = append(out, HostFile{Kind: tpmKind, Path: path, Guest: name, Bytes: image.Size(path)})
		}
	}
	return out
}

// firmwareLeft finds variables of UEFI by the names that libvirt gives them.
func firmwareLeft(project string) []HostFile {
	var out []HostFile
	entries, _ := os.ReadDir(firmwareFolder) // none, or none that one may see
	for _, e := range entries {
		name, format, ok := strings.Cut(e.Name(), "_VARS.")
		name, ours := strings.CutPrefix(name, config.DomainName(project, ""))
		if info, err := e.Info(); err == nil && ok && ours && (format == "fd" || format == "qcow2") && config.CheckName(name) == nil {
			out = append(out, HostFile{Kind: firmwareKind, Path: filepath.Join(firmwareFolder, e.Name()), Guest: name, Bytes: uint64(info.Size())})
		}
	}
	return out
}

// socketsLeft finds sockets of QEMU's gdb stub to which nothing is bound any
// more: a QEMU that was killed leaves its own. None is connected to, for that
// stops the guest.
func socketsLeft(d Desired, o Observed) []HostFile {
	specs := slices.Clone(d.Declared)
	for _, name := range sortedKeys(o.Guests) {
		if spec, err := o.Guests[name].Mark.Spec(); err == nil {
			spec.Name = name
			specs = append(specs, spec)
		}
	}
	var out []HostFile
	seen := map[string]bool{}
	for _, spec := range specs {
		path := spec.GDBSocket()
		if path == "" || seen[path] || !storage.DeadSocket(path) {
			continue
		}
		seen[path] = true
		out = append(out, HostFile{Kind: socketKind, Path: path, Guest: spec.Name})
	}
	return out
}
