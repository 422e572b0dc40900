// SPDX-License-Identifier: Apache-2.0

package config

import "strconv"

// rate is one limit of a throttle and its burst, of bytes or of requests.
type rate struct {
	key          string
	value, burst uint64
	bytes        bool
}

// rates are the limits of a throttle: of bytes, then of requests, each in
// all, read and written.
func (t Throttle) rates() [2][3]rate {
	return [2][3]rate{
		{
			{"totalBytesSec", uint64(t.TotalBytesSec), uint64(t.TotalBytesSecMax), true},
			{"readBytesSec", uint64(t.ReadBytesSec), uint64(t.ReadBytesSecMax), true},
			{"writeBytesSec", uint64(t.WriteBytesSec), uint64(t.WriteBytesSecMax), true},
		},
		{
			{"totalIopsSec", uint64(t.TotalIopsSec), uint64(t.TotalIopsSecMax), false},
			{"readIopsSec", uint64(t.ReadIopsSec), uint64(t.ReadIopsSecMax), false},
			{"writeIopsSec", uint64(t.WriteIopsSec), uint64(t.WriteIopsSecMax), false},
		},
	}
}

// words is a value of the rate as a file writes it.
func (r rate) words(value uint64) string {
	if r.bytes {
		return Size(value).String()
	}
	return strconv.FormatUint(value, 10)
}

// throttle checks the limits of a disk against each other, as QEMU does.
func (v validator) throttle(d Disk, at string) {
	at += ".throttle"
	if d.Throttle == nil || v.isBroken(at) {
		return
	}
	for _, kind := range d.Throttle.rates() {
		total := kind[0]
		for _, direction := range kind[1:] {
			if total.value > 0 && direction.value > 0 {
				v.key(at+"."+direction.key, "must not be given beside `%s`", total.key)
			}
		}
		for _, r := range kind {
			v.rate(r, at+"."+r.key)
		}
	}
	limited := d.Throttle.TotalIopsSec > 0 || d.Throttle.ReadIopsSec > 0 || d.Throttle.WriteIopsSec > 0
	if v.layout.said(at+".sizeIopsSec") && !limited && !v.hasBroken(at) {
		v.key(at+".sizeIopsSec", "must only be given with a limit of requests a second")
	}
}

// maxRate is the largest limit that QEMU takes (THROTTLE_VALUE_MAX).
const maxRate = 1_000_000_000_000_000

func (v validator) rate(r rate, at string) {
	burst := at + "Max"
	for path, value := range map[string]uint64{at: r.value, burst: r.burst} {
		if value > maxRate {
			v.value(path, "must be at most %d a second, got %s", uint64(maxRate), r.words(value))
		}
	}
	switch {
	case v.layout.said(at) && r.value == 0:
		v.value(at, "must be more than 0, got %s", r.words(r.value))
	case !v.layout.said(burst) || v.isBroken(at):
	case r.value == 0:
		v.key(burst, "must only be given with `%s`", r.key)
	case r.burst < r.value:
		v.value(burst, "must be at least `%s`, which is %s, got %s", r.key, r.words(r.value), r.words(r.burst))
	}
}
