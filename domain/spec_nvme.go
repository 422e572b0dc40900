// SPDX-License-Identifier: Apache-2.0

package domain

// NVMe is what NVMe controllers and subsystems have beyond their namespaces,
// which are disks.
type NVMe struct{}
