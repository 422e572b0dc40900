// SPDX-License-Identifier: Apache-2.0

package run

import "context"

// GuestXML is the domain XML that would be defined for a guest.
type GuestXML struct {
	Guest string `json:"guest"`
	XML   string `json:"xml"`
}

// XML renders the selected guests as up would define them.
func XML(ctx context.Context, env Env, s Selection) ([]GuestXML, error) { panic("unwritten") }
