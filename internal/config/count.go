// SPDX-License-Identifier: Apache-2.0

package config

// Limits of what a count and lists that guests inherit multiply to. Like those
// of the text they are far above any real configuration.
const (
	maxGuests  = 4096
	maxDevices = 100_000
	maxDisks   = 1024 // of one guest
)

// counts checks how many guests and devices there are, before anything is made
// for each of them.
func counts(families []family, r *report) bool {
	if r.layout.said("defaults.count") {
		r.key("defaults.count", "must be given for each guest, not as a default")
	}
	if len(families) == 0 {
		r.value("guests", "must have at least one guest")
	}
	guests, devices, items, ok := 0, 0, 0, true
	for _, f := range families {
		if f.count < 1 || f.count > maxGuests {
			r.value(f.at("count"), "must be 1 to %d, got %d", maxGuests, f.count)
			ok = false
			continue
		}
		if disks := amountOf(f.decl.Disks); disks > maxDisks {
			r.key(f.at("disks"), "must be at most %d in all, got %d", maxDisks, disks)
			ok = false
			continue
		}
		guests += f.count
		devices += f.count * (amountOf(f.decl.Disks) + len(f.decl.Shares) + len(f.decl.Networks) + len(f.decl.Ready))
		items += f.count * itemsOf(f.decl)
	}
	if guests > maxGuests {
		r.key("guests", "must be at most %d in all, got %d", maxGuests, guests)
		return false
	}
	if devices > maxDevices {
		r.key("guests", "must have at most %d disks, shares, networks and probes in all, got %d", maxDevices, devices)
		return false
	}
	if items > maxDevices {
		r.key("guests", "must have at most %d forwards, pins, NUMA nodes, arguments and other items in all, got %d", maxDevices, items)
		return false
	}
	return ok
}
