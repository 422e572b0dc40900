// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"encoding/binary"
	"os"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// identity is who asks for access.
type identity struct {
	uid    int
	groups []int
}

// aclEntry is an entry of an access control list (acl(5)).
type aclEntry struct {
	tag  uint16
	perm uint32 // r 4, w 2, x 1
	id   int    // of a named user or group
}

// Tags of entries, as the kernel stores them (linux/posix_acl.h).
const (
	aclUserObj  = 0x01
	aclUser     = 0x02
	aclGroupObj = 0x04
	aclGroup    = 0x08
	aclMask     = 0x10
	aclOther    = 0x20
)

// allowed computes whether who may do all of want (r 4, w 2, x 1) with a file,
// from its owner, mode and access control list alone.
func allowed(path string, who identity, want uint32) (bool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return true, nil // nothing to compute from
	}
	entries := readACL(path)
	if entries == nil {
		entries = aclOfMode(stat.Mode)
	}
	return permits(entries, int(stat.Uid), int(stat.Gid), who, want), nil
}

// aclOfMode is the list that a plain mode stands for.
func aclOfMode(mode uint32) []aclEntry {
	return []aclEntry{
		{tag: aclUserObj, perm: mode >> 6 & 7},
		{tag: aclGroupObj, perm: mode >> 3 & 7},
		{tag: aclOther, perm: mode & 7},
	}
}

// permits is the access check algorithm of acl(5).
func permits(entries []aclEntry, owner, group int, who identity, want uint32) bool {
	mask := uint32(7)
	for _, e := range entries {
		if e.tag == aclMask {
			mask = e.perm
		}
	}
	inGroup := false
	for _, e := range entries {
		switch {
		case e.tag == aclUserObj && who.uid == owner:
			return e.perm&want == want
		case e.tag == aclUser && who.uid == e.id && who.uid != owner:
			return e.perm&mask&want == want
		case e.tag == aclGroupObj && slices.Contains(who.groups, group),
			e.tag == aclGroup && slices.Contains(who.groups, e.id):
			if e.perm&mask&want == want {
				return true
			}
			inGroup = true
		case e.tag == aclOther:
			return !inGroup && e.perm&want == want
		}
	}
	return false
}

// readACL reads a file's list from its extended attribute; nil where it has none.
func readACL(path string) []aclEntry {
	const header, size = 4, 8
	raw := make([]byte, 4096)
	n, err := unix.Getxattr(path, "system.posix_acl_access", raw)
	if err != nil || n < header {
		return nil
	}
	var entries []aclEntry
	for at := header; at+size <= n; at += size {
		entries = append(entries, aclEntry{
			tag:  binary.LittleEndian.Uint16(raw[at:]),
			perm: uint32(binary.LittleEndian.Uint16(raw[at+2:])),
			id:   int(binary.LittleEndian.Uint32(raw[at+4:])),
		})
	}
	return entries
}
