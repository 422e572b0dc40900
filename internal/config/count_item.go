// SPDX-License-Identifier: Apache-2.0

package config

// itemsOf counts what a guest has in lists and mappings besides its disks,
// shares, NICs and probes. Guests may inherit all of it in a few letters.
func itemsOf(g GuestDecl) int {
	n := len(g.DIMMs) + len(g.NUMA) + len(g.HostDevices)
	for _, nic := range g.Networks {
		n += len(nic.Forwards)
	}
	for _, s := range g.Shares {
		if s.IDMap != nil {
			n += len(s.IDMap.UID) + len(s.IDMap.GID)
		}
	}
	for _, node := range g.NUMA {
		n += len(node.Distances)
	}
	if g.CPU != nil {
		n += len(g.CPU.Features)
	}
	if g.CPUTune != nil {
		n += len(g.CPUTune.VCPUPin) + len(g.CPUTune.IOThreadPin)
	}
	if g.QEMU != nil {
		n += len(g.QEMU.Args) + len(g.QEMU.Trace) + len(g.QEMU.Log)
		for _, properties := range g.QEMU.Override {
			n += 1 + len(properties)
		}
	}
	return n
}
