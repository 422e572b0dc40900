// SPDX-License-Identifier: Apache-2.0

package domain

// Filesystem is a virtiofs share (libvirt's <filesystem>). What is empty, nil
// or 0 is virtiofsd's own default.
type Filesystem struct {
	// Tag is unique in the guest; it makes the device's alias too.
	Tag string
	// Source is an absolute path of a folder of the host.
	Source   string
	ReadOnly bool
	// Queue is the length of the request queue (<driver queue>).
	Queue int
	// Binary is the virtiofsd (<binary path>), Cache and Sandbox are its modes
	// (<cache mode>, <sandbox mode>).
	Binary, Cache, Sandbox string
	// XAttr, PosixLock and Flock reach the host (<binary xattr>, <lock>).
	XAttr, PosixLock, Flock *bool
	// ThreadPool is the number of threads beside the queue's own (<thread_pool size>).
	ThreadPool *int
	// UIDMap and GIDMap map users and groups of the share to those of the host (<idmap>).
	UIDMap, GIDMap []IDRange
}

// IDRange maps ids from Start on, in the share, to ids from Target on, on the host.
type IDRange struct{ Start, Target, Count int }
