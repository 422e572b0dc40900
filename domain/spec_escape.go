// SPDX-License-Identifier: Apache-2.0

package domain

// Escape is what reaches QEMU and the domain XML past the vocabulary.
type Escape struct{}
