// SPDX-License-Identifier: Apache-2.0

package domain

import "libvirt.org/go/libvirtxml"

// throttle is the <iotune> of a disk; nil where nothing is limited.
func throttle(t *Throttle) *libvirtxml.DomainDiskIOTune {
	if t == nil || *t == (Throttle{}) {
		return nil
	}
	return &libvirtxml.DomainDiskIOTune{
		TotalBytesSec: t.TotalBytesSec, ReadBytesSec: t.ReadBytesSec, WriteBytesSec: t.WriteBytesSec,
		TotalIopsSec: t.TotalIopsSec, ReadIopsSec: t.ReadIopsSec, WriteIopsSec: t.WriteIopsSec,
		TotalBytesSecMax: t.TotalBytesSecMax, ReadBytesSecMax: t.ReadBytesSecMax, WriteBytesSecMax: t.WriteBytesSecMax,
		TotalIopsSecMax: t.TotalIopsSecMax, ReadIopsSecMax: t.ReadIopsSecMax, WriteIopsSecMax: t.WriteIopsSecMax,
		SizeIopsSec: t.SizeIopsSec,
	}
}
