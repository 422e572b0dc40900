// SPDX-License-Identifier: Apache-2.0

package domain

// Compute is processor and memory beyond their size.
type Compute struct{}
