// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
)

// raw is what vmprov made of a project, to be made again with virsh and
// qemu-img alone: the same definitions, the same images under the same paths.
type raw struct {
	dir      string // of the XML files
	pool     string
	guests   []rawGuest
	networks []string
}

type rawGuest struct {
	name    string
	volumes []rawVolume
}

// rawVolume is a qcow2 file.
type rawVolume struct{ path, size, base, baseFormat string }

// rawOf reads what a project has now.
func rawOf(b *testing.B, p *project) *raw {
	b.Helper()
	r := &raw{dir: p.path("raw"), pool: p.path("pool")}
	assert.NilError(b, os.MkdirAll(r.dir, 0o755))
	for _, name := range names(b, p, "net-list", "--all", "--name") {
		r.networks = append(r.networks, name)
		r.keep(b, name, "net-dumpxml", "--inactive", name)
	}
	for _, name := range names(b, p, "list", "--all", "--name") {
		r.keep(b, name, "dumpxml", "--inactive", name)
		r.guests = append(r.guests, rawGuest{name: name, volumes: volumesOf(b, r.file(name))})
	}
	return r
}

// names are the project's, of a virsh command that lists.
func names(b *testing.B, p *project, list ...string) (own []string) {
	b.Helper()
	for _, name := range strings.Fields(virshText(b, list...)) {
		if strings.HasPrefix(name, p.Name+"-") {
			own = append(own, name)
		}
	}
	return own
}

var metadata = regexp.MustCompile(`(?s)\s*<metadata>.*</metadata>`)

// keep writes a definition to its file, without the mark: nobody shall take
// what is made of it for vmprov's.
func (r *raw) keep(b *testing.B, name string, dump ...string) {
	b.Helper()
	text := metadata.ReplaceAllString(virshText(b, dump...), "")
	assert.NilError(b, os.WriteFile(r.file(name), []byte(text), 0o644))
}

func (r *raw) file(name string) string { return filepath.Join(r.dir, name+".xml") }

// volumesOf reads the headers of a definition's images.
func volumesOf(b *testing.B, definition string) (volumes []rawVolume) {
	b.Helper()
	text, err := os.ReadFile(definition)
	assert.NilError(b, err)
	var domain struct {
		Disks []struct {
			Source struct {
				File string `xml:"file,attr"`
			} `xml:"source"`
		} `xml:"devices>disk"`
	}
	assert.NilError(b, xml.Unmarshal(text, &domain))
	for _, disk := range domain.Disks {
		out := icmd.RunCommand("qemu-img", "info", "-U", "--output=json", disk.Source.File)
		assert.Assert(b, out.ExitCode == 0, "%s", out)
		var info struct {
			Size       json.Number `json:"virtual-size"`
			Base       string      `json:"backing-filename"`
			BaseFormat string      `json:"backing-filename-format"`
		}
		assert.NilError(b, json.Unmarshal([]byte(out.Stdout()), &info))
		volumes = append(volumes, rawVolume{disk.Source.File, info.Size.String(), info.Base, info.BaseFormat})
	}
	return volumes
}

// up makes all of it from nothing, the guests side by side, and starts them.
func (r *raw) up() error {
	if err := os.Mkdir(r.pool, 0o711); err != nil {
		return err
	}
	for _, name := range r.networks {
		if err := runTool("virsh", "-q", "net-define "+r.file(name)+"; net-start "+name); err != nil {
			return err
		}
	}
	return r.each(func(g rawGuest) error {
		for _, v := range g.volumes {
			args := []string{"create", "-q", "-f", "qcow2"}
			if v.base != "" {
				args = append(args, "-b", v.base, "-F", v.baseFormat)
			}
			if err := runTool("qemu-img", append(args, v.path, v.size)...); err != nil {
				return err
			}
		}
		return runTool("virsh", "-q", "define "+r.file(g.name)+"; start "+g.name)
	})
}

// destroy removes all of it, the guests side by side.
func (r *raw) destroy() error {
	err := r.each(func(g rawGuest) error {
		if err := runTool("virsh", "-q", "destroy "+g.name+"; undefine "+g.name); err != nil {
			return err
		}
		for _, v := range g.volumes {
			if err := os.Remove(v.path); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range r.networks {
		if err := runTool("virsh", "-q", "net-destroy "+name+"; net-undefine "+name); err != nil {
			return err
		}
	}
	return os.RemoveAll(r.pool)
}

func (r *raw) each(work func(rawGuest) error) error {
	var g errgroup.Group
	for _, guest := range r.guests {
		g.Go(func() error { return work(guest) })
	}
	return g.Wait()
}

func runTool(name string, args ...string) error {
	return icmd.RunCommand(name, args...).Compare(icmd.Success)
}

func virshText(b *testing.B, args ...string) string {
	b.Helper()
	out := icmd.RunCommand("virsh", append([]string{"-q"}, args...)...)
	assert.Assert(b, out.ExitCode == 0, "%s", out)
	return out.Stdout()
}
