// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirtxml"
)

func withFilesystem(f Filesystem) option {
	return func(s *Spec) { s.Filesystems = append(s.Filesystems, f) }
}

// sharesGuest has shares with all that the libvirt of the schema knows of them.
func sharesGuest() Spec {
	on, off, none, eight := true, false, 0, 8
	return newSpec(
		withFilesystem(Filesystem{
			Tag: "all", Source: "/srv/all", Queue: 1024, Binary: "/opt/virtiofsd", Cache: "always", Sandbox: "chroot",
			XAttr: &on, PosixLock: &on, Flock: &off, ThreadPool: &eight,
		}),
		withFilesystem(Filesystem{Tag: "none", Source: "/srv/none", Cache: "none", XAttr: &off, ThreadPool: &none}),
		withFilesystem(Filesystem{Tag: "/a.tag+that~needs@no=more", Source: "/srv/long"}),
	)
}

// mappedGuest has what came later than the oldest supported libvirt.
func mappedGuest() Spec {
	return newSpec(
		with(func(s *Spec) { s.ReadOnlyFilesystem = true }),
		withFilesystem(Filesystem{
			Tag: "mapped", Source: "/srv/mapped", ReadOnly: true,
			UIDMap: []IDRange{{0, 1000, 1}, {1, 100000, 65535}}, GIDMap: []IDRange{{0, 1000, 1}},
		}),
	)
}

func TestShareAlias(t *testing.T) {
	for _, tag := range []string{"a", "b", strings.Repeat("x", maxTag), "/nix/store", "a b"} {
		alias := shareAlias(tag)
		assert.Check(t, len(alias) == len("ua-fs-01234567"), alias)
		assert.Check(t, strings.Trim(alias[3:], "s-0123456789abcdef") == "", alias)
	}
	assert.Check(t, shareAlias("a") != shareAlias("b"))
}

// TestThreadPoolOfNone: no threads is not the same as nothing said.
func TestThreadPoolOfNone(t *testing.T) {
	none := 0
	doc, err := XML(newSpec(withFilesystem(Filesystem{Tag: "a", Source: "/a", ThreadPool: &none})))
	assert.NilError(t, err)
	assert.Check(t, strings.Contains(doc, `<thread_pool size="0"></thread_pool>`))
	doc, err = XML(newSpec(withShare("a", "/a")))
	assert.NilError(t, err)
	assert.Check(t, !strings.Contains(doc, "thread_pool") && !strings.Contains(doc, "<binary"))
}

func TestShareRefuses(t *testing.T) {
	negative := -1
	for _, tc := range []struct {
		share Filesystem
		want  string
	}{
		{Filesystem{Source: "/a"}, "tag of 0 bytes, 1 to 36 fit"},
		{Filesystem{Tag: strings.Repeat("x", 37), Source: "/a"}, "tag of 37 bytes, 1 to 36 fit"},
		{Filesystem{Tag: "a", Source: "a"}, `source: path "a" is not absolute`},
		{Filesystem{Tag: "a", Source: "/a", Binary: "virtiofsd"}, `binary: path "virtiofsd" is not absolute`},
		{Filesystem{Tag: "a", Source: "/a", Queue: 100}, "queue of 100, a power of two up to 1024 fits"},
		{Filesystem{Tag: "a", Source: "/a", Queue: 2048}, "queue of 2048, a power of two up to 1024 fits"},
		{Filesystem{Tag: "a", Source: "/a", Queue: -2}, "queue of -2, a power of two up to 1024 fits"},
		{Filesystem{Tag: "a", Source: "/a", ThreadPool: &negative}, "thread pool of -1, 0 or more fits"},
		{Filesystem{Tag: "a", Source: "/a", GIDMap: []IDRange{{0, 0, 0}}}, "id map: a range starts and leads to 0 or more, and has 1 id or more"},
	} {
		assert.Check(t, assertShareError(tc.share, tc.want), tc.want)
	}
	s := newSpec(withShare("a", "/a"), withShare("a", "/b"))
	assert.ErrorContains(t, virtiofs(&s, &libvirtxml.Domain{Devices: &libvirtxml.DomainDeviceList{}}), "the tag is taken by another share")
}

func assertShareError(f Filesystem, want string) bool {
	err := checkFilesystem(f)
	return err != nil && err.Error() == want
}
