// SPDX-License-Identifier: Apache-2.0

package domain

// Filesystem is a virtiofs share.
type Filesystem struct {
	Tag, Source string
	ReadOnly    bool
}
