// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"strings"
)

const (
	// guestPlace stands for the guest's name in the path of its gdb socket.
	guestPlace = "{guest}"
	// maxSocket is the length of the path of a unix socket (unix(7)).
	maxSocket = 107
)

var placeForm = regexp.MustCompile(`\{[^{}]*\}`)

// gdb checks where the stub of a family's guests listens. That no two listen at
// one place is checked for the whole project.
func (v validator) gdb(f family) {
	g := f.spec.GDB
	if g == nil || v.isBroken(f.at("gdb")) {
		return
	}
	port, socket := f.layout.said(f.at("gdb.port")), f.layout.said(f.at("gdb.socket"))
	if port == socket && !v.isBroken(f.at("gdb.port")) && !v.isBroken(f.at("gdb.socket")) {
		v.value(f.at("gdb"), "must have exactly one of `port` and `socket`, got %s", map[bool]string{true: "both", false: "neither"}[port])
		return
	}
	if socket {
		v.gdbSocket(f)
	}
}

func (v validator) gdbSocket(f family) {
	at, path := f.at("gdb.socket"), f.spec.GDB.Socket
	for _, place := range placeForm.FindAllString(path, -1) {
		if place != guestPlace {
			v.value(at, "must have no other placeholder than {guest}, got %s", quote(place))
			return
		}
	}
	longest := strings.ReplaceAll(path, guestPlace, f.longestName())
	switch {
	case f.count > 1 && !strings.Contains(path, guestPlace):
		v.value(at, "must hold {guest} with count %d, so that each guest has one of its own, got %s", f.count, quote(path))
	case len(longest) > maxSocket:
		v.value(at, "must have at most %d bytes as the path of a socket, got %d in %s", maxSocket, len(longest), quote(longest))
	}
}

// gdbSockets checks that no two guests of the project have one socket.
func (v validator) gdbSockets() {
	owner := map[string]string{}
	for _, f := range v.families {
		at := f.at("gdb.socket")
		if f.spec.GDB == nil || f.spec.GDB.Socket == "" || v.isBroken(at) {
			continue
		}
		for _, guest := range f.guestNames() {
			path := strings.ReplaceAll(f.spec.GDB.Socket, guestPlace, guest)
			if other, taken := owner[path]; taken && other != f.name {
				v.value(at, "must be a socket of its own, got %s, which is that of guest %s", quote(path), other)
				break
			}
			owner[path] = f.name
		}
	}
}
