// SPDX-License-Identifier: Apache-2.0

package run

import "context"

// StatusOptions are the flags of status.
type StatusOptions struct {
	Selection
	// Project is shown without a configuration.
	Project string
}

// StatusReport is the state of a project as libvirt has it.
type StatusReport struct {
	Project string        `json:"project"`
	Guests  []GuestStatus `json:"guests"`
	// Notes are what needs the user's attention: orphans, another origin.
	Notes []string `json:"notes,omitempty"`
}

// GuestStatus is one guest.
type GuestStatus struct {
	Guest string `json:"guest"`
	// State is libvirt's word (running, shut off, paused, crashed) or "not created".
	State   string `json:"state"`
	Address string `json:"address,omitempty"`
	Image   string `json:"image,omitempty"` // path of the base image
	// Notes: stopped by its user, pending changes, changed by hand, open intent, orphan.
	Notes []string `json:"notes,omitempty"`
}

// Status looks and changes nothing; it builds nothing and takes no lock.
func Status(ctx context.Context, env Env, o StatusOptions) (*StatusReport, error) {
	panic("unwritten")
}
