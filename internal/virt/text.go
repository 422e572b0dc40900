// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"errors"
	"strings"

	"libvirt.org/go/libvirt"
)

// Text is an error for a person: where libvirt's binding wrote
// virError(Code=38, Domain=7, Message='...'), libvirt's own message alone.
func Text(err error) string {
	if err == nil {
		return ""
	}
	text := err.Error()
	walk(err, func(e libvirt.Error) { text = strings.ReplaceAll(text, e.Error(), strings.TrimSpace(e.Message)) })
	return text
}

// walk visits every libvirt error that err is made of.
func walk(err error, visit func(libvirt.Error)) {
	switch e := err.(type) {
	case nil:
	case libvirt.Error:
		visit(e)
	case interface{ WrappedErrors() []error }: // go-multierror
		for _, inner := range e.WrappedErrors() {
			walk(inner, visit)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			walk(inner, visit)
		}
	default:
		walk(errors.Unwrap(err), visit)
	}
}
