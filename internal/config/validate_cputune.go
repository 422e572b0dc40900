// SPDX-License-Identifier: Apache-2.0

package config

// cpuTune checks which threads are pinned, and where to.
func (v validator) cpuTune(f family) {
	tune := f.spec.CPUTune
	if tune == nil || v.isBroken(f.at("cputune")) {
		return
	}
	v.vcpuPins(f)
	v.hostSet(f.at("cputune.emulatorpin"), "CPUs", tune.EmulatorPin)
	v.ioThreadPins(f)
}

func (v validator) vcpuPins(f family) {
	at, last := f.at("cputune.vcpupin"), possibleCPUs(f.spec)-1
	known := !v.isBroken(f.at("cpus")) && !v.isBroken(f.at("maxCPUs"))
	for _, key := range sortedKeys(f.spec.CPUTune.VCPUPin) {
		here := join(at, key)
		if n, ok := plainNumber(key); !ok || n < 0 || known && n > last {
			v.key(here, "must be a CPU of the guest, 0 to %d, got %s", last, quote(key))
			continue
		}
		v.hostSet(here, "CPUs", f.spec.CPUTune.VCPUPin[key])
	}
}

func (v validator) ioThreadPins(f family) {
	at, threads := f.at("cputune.iothreadpin"), threadsOf(f.spec)
	known := !v.isBroken(f.at("iothreads")) && !v.hasBroken(f.at("disks"))
	for _, key := range sortedKeys(f.spec.CPUTune.IOThreadPin) {
		here := join(at, key)
		n, ok := plainNumber(key)
		switch {
		case known && threads == 0:
			v.key(here, "must be an iothread of the guest, which has none: say `iothreads`, or `iothread: true` of a disk")
		case !ok || n < 1 || known && n > threads:
			v.key(here, "must be an iothread of the guest, 1 to %d, got %s", threads, quote(key))
		default:
			v.hostSet(here, "CPUs", f.spec.CPUTune.IOThreadPin[key])
		}
	}
}

// threadsOf counts the iothreads of a guest: those of its pool, then those
// that disks have of their own.
func threadsOf(g Guest) int {
	threads := g.IOThreads
	for _, d := range g.Disks {
		if d.IOThread == OwnIOThread {
			threads++
		}
	}
	return threads
}
