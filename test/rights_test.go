// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	accounts "os/user"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
)

// TestRightsAndSecrets has a guest with everything that is private: a host key
// of its own and a kernel that only its owner may read. It need not boot.
func TestRightsAndSecrets(t *testing.T) {
	needsNix(t)
	t.Parallel()
	p := newProject(t)
	p.buildTree(t)
	p.configureAll(t, `project: {{.Name}}
pool: {path: ./pool}
defaults: {cpus: 1, memory: 256MiB, stopTimeout: 5s}
guests:
  a:
    imageless: {flake: ./image, kernel: ./linux, modules: /lib/modules}
    disks: [{name: data, size: 16MiB}]
    ready: [running]
`)
	said := p.vmprov(t, "up", "-v").Assert(t, icmd.Success).Combined()

	t.Run("rights", func(t *testing.T) {
		p.stateIsPrivate(t)
		p.poolIsPrivate(t)
	})
	t.Run("secrets", func(t *testing.T) { p.tellsNoSecret(t, said) })
}

// stateIsPrivate: only its owner enters the state folder and reads in it.
func (p *project) stateIsPrivate(t *testing.T) {
	files := 0
	assert.NilError(t, filepath.WalkDir(p.path("state"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		switch {
		case err != nil || entry.Type() == fs.ModeSymlink: // a GC root
			return err
		case entry.IsDir():
			assert.Check(t, cmp.Equal(info.Mode().Perm(), fs.FileMode(0o700)), path)
		case strings.HasSuffix(path, ".pub"):
			assert.Check(t, cmp.Equal(info.Mode().Perm()&0o022, fs.FileMode(0)), path)
		default:
			files++
			assert.Check(t, cmp.Equal(info.Mode().Perm(), fs.FileMode(0o600)), path)
		}
		return nil
	}))
	assert.Check(t, files > 0, "no file was looked at")
}

// poolIsPrivate: QEMU's user reads what the guest boots from, nobody but root
// and he does, and nobody lists the pool.
func (p *project) poolIsPrivate(t *testing.T) {
	qemu, err := accounts.Lookup("libvirt-qemu")
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(statOf(t, p.path("pool")).Mode.Perm(), fs.FileMode(0o711)))
	for pattern, owner := range map[string]string{
		".hostkey": qemu.Uid, ".kernel.*": qemu.Uid, ".data.qcow2": qemu.Uid, ".console.*": "0", // virtlogd writes that
	} {
		files, err := filepath.Glob(p.path("pool", p.domain("a")+pattern))
		assert.NilError(t, err)
		assert.Check(t, len(files) > 0, "no volume is called %s", pattern)
		for _, file := range files {
			st := statOf(t, file)
			assert.Check(t, cmp.Equal(st.Mode.Perm(), fs.FileMode(0o600)), file)
			assert.Check(t, cmp.Equal(fmt.Sprint(st.UID), owner), file)
		}
	}
}

// tellsNoSecret looks for private keys wherever others may look.
func (p *project) tellsNoSecret(t *testing.T, said string) {
	stateFolder := p.path("state/vmprov/projects", p.Name)
	hostKey, pair := p.path("pool", p.domain("a")+".hostkey"), filepath.Join(stateFolder, "id_ed25519")
	secrets := append(linesOf(t, hostKey), linesOf(t, pair)...)
	places := map[string]string{
		"up -v":                 said,
		"dumpxml":               p.dumpXML(t, "a", "--security-info"),
		"dumpxml --inactive":    p.dumpXML(t, "a", "--inactive", "--security-info"),
		"QEMU's command line":   readFile(t, filepath.Join("/proc", p.pid(t, "a"), "cmdline")),
		"QEMU's environment":    readFile(t, filepath.Join("/proc", p.pid(t, "a"), "environ")),
		"libvirt's log of QEMU": readFile(t, filepath.Join("/var/log/libvirt/qemu", p.domain("a")+".log")),
		"libvirt's own status":  readFile(t, filepath.Join("/run/libvirt/qemu", p.domain("a")+".xml")),
		"the network's XML":     virsh(t, "net-dumpxml", p.network("default")),
	}
	for _, args := range [][]string{
		{"plan", "--json"}, {"up", "--json"}, {"status", "--json"}, {"xml"}, {"ssh-config"}, {"logs", "a"},
		{"recycle", "--dry-run", "--json"}, {"destroy", "--dry-run", "--json", "-v"}, {"gc", "--json"}, {"doctor", "--json"},
	} {
		places["vmprov "+strings.Join(args, " ")] = p.vmprov(t, args...).Assert(t, icmd.Success).Combined()
	}
	assert.Check(t, cmp.Contains(places["vmprov gc --json"], `"items":[]`), "a guest without an image has garbage")
	for _, folder := range []string{p.path("pool"), stateFolder} {
		files, err := os.ReadDir(folder)
		assert.NilError(t, err)
		for _, file := range files {
			if path := filepath.Join(folder, file.Name()); path != hostKey && path != pair {
				places[path] = readFile(t, path)
			}
		}
	}
	for place, text := range places {
		assert.Check(t, text != "" || !strings.HasPrefix(place, "QEMU"), "%s could not be read", place)
		for _, secret := range secrets {
			assert.Check(t, !strings.Contains(text, secret), "a private key is in %s", place)
		}
		if !strings.Contains(place, ".initrd.") { // newer ssh servers have the word in their program
			assert.Check(t, !strings.Contains(text, "PRIVATE KEY"), "a private key is in %s", place)
		}
	}
	// The search sees what is there: the path to the host key, and public keys.
	assert.Check(t, cmp.Contains(places["dumpxml"], hostKey))
	public := strings.Fields(readFile(t, pair+".pub"))[1]
	assert.Check(t, cmp.Contains(places["dumpxml"], public))
	assert.Check(t, strings.Contains(readFile(t, hostKey), secrets[0]))
}

// linesOf are the lines of a private key that nothing else has, and all of it in
// the form in which a credential that is no text would be handed over.
func linesOf(t *testing.T, file string) []string {
	t.Helper()
	text := readFile(t, file)
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); len(line) > 40 && !strings.HasPrefix(line, "-") {
			out = append(out, line)
		}
	}
	assert.Assert(t, len(out) > 1, "%s is no key", file)
	return append(out, base64.StdEncoding.EncodeToString([]byte(text))[:100])
}
