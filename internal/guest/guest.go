// SPDX-License-Identifier: Apache-2.0

// Package guest is the guest's side of a domain: the key pair and host keys,
// the systemd credentials that carry keys, host name and mounts into the
// guest, and the ssh that goes back in.
//
// What a guest or a server on its address says is hostile until proven
// otherwise: reading it is bounded in time and size, and it goes through
// [Printable] before it becomes part of an error.
package guest
