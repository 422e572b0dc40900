// SPDX-License-Identifier: Apache-2.0

package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// validator checks the rules that a type alone does not say.
type validator struct {
	*report
	file     *File
	families []family
	// markups are the texts of XML that were checked, which many guests may share.
	markups map[string]error
}

// validate reports every rule that the completed configuration breaks.
func validate(file *File, families []family, r *report) {
	v := validator{report: r, file: file, families: families, markups: map[string]error{}}
	v.label("project", file.Project)
	v.connection()
	v.pool()
	v.ssh()
	v.images()
	v.networks()
	v.guestNames()
	for _, f := range families {
		v.guest(f)
	}
	v.addresses()
	v.hostPorts()
	v.gdbSockets()
	v.contextIDs()
	v.passedThrough()
	v.sharedPaths()
}

func (v validator) connection() {
	from := "connection"
	if !v.layout.said(from) && v.file.Connection != defaultConnection {
		from = "$LIBVIRT_DEFAULT_URI"
	}
	uri, err := url.Parse(v.file.Connection)
	if err != nil || uri.Scheme == "" || uri.Path == "" {
		v.value(from, "must be a libvirt URI such as qemu:///system, got %s", quote(v.file.Connection))
		return
	}
	if driver, _, _ := strings.Cut(uri.Scheme, "+"); driver != "qemu" && driver != "test" {
		v.value(from, "must be a URI of libvirt's QEMU driver such as qemu:///system, got %s", quote(v.file.Connection))
	}
}

func (v validator) pool() {
	pool := v.file.Pool
	switch {
	case pool.Name != "" && pool.Path != "":
		v.value("pool", "must have a name or a path, got both")
	case pool.Name == "" && pool.Path == "" && !v.isBroken("pool.path") && !v.isBroken("pool.name"):
		v.value("pool", "must be the name of a pool, or {path: DIR}")
	case strings.Contains(pool.Name, "/"):
		v.value("pool", "must be the name of a pool; write a folder as {path: %s}, got %s", pool.Name, quote(pool.Name))
	}
}

// userName is what useradd takes; above all it is no option of ssh.
var userName = regexp.MustCompile(`^[a-z_][a-z0-9_.-]{0,31}$`)

func (v validator) ssh() {
	if !userName.MatchString(v.file.SSH.User) {
		v.value("ssh.user", "must be a login name of lower-case letters, digits, `_`, `.` and `-`, got %s", quote(v.file.SSH.User))
	}
	for i, key := range v.file.SSH.AuthorizedKeys {
		if !isLiteralKey(key) {
			continue
		}
		if _, _, _, _, err := ssh.ParseAuthorizedKey([]byte(key)); err != nil {
			v.value(item("ssh.authorizedKeys", i), "must be a public key or a file that holds one, got %s", quote(key))
		}
	}
}

// isLiteralKey tells a public key from the path of a file.
func isLiteralKey(entry string) bool {
	return slices.ContainsFunc([]string{"ssh-", "ecdsa-", "sk-"}, func(prefix string) bool {
		return strings.HasPrefix(entry, prefix)
	})
}

func (v validator) images() {
	needed := slices.ContainsFunc(v.families, func(f family) bool { return f.spec.Imageless == nil })
	if len(v.file.Images) == 0 && (needed || len(v.families) == 0) {
		v.value("images", "must have at least one image, as a guest starts from one")
	}
	for _, name := range sortedKeys(v.file.Images) {
		image, at := v.file.Images[name], join("images", name)
		v.name(at, name)
		flake, file := v.layout.said(at+".flake"), v.layout.said(at+".file")
		if flake == file {
			v.key(at, "must have exactly one of `flake` and `file`, got %s", map[bool]string{true: "both", false: "neither"}[flake])
		}
		if v.layout.said(at+".attribute") && !flake {
			v.key(at+".attribute", "must only be given with `flake`")
		}
		if v.layout.said(at+".attribute") && image.Attribute == "" {
			v.value(at+".attribute", "must be a flake output, got nothing")
		}
	}
}
