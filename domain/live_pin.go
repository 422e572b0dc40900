// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"strconv"
	"strings"

	"libvirt.org/go/libvirt"
)

// Pin moves the threads of a running guest. Those of CPUs that are not plugged
// in are left: libvirt pins a thread that is there. A thread that p does not
// name may run on every CPU. ioThreads are as many as disks share.
func Pin(dom *libvirt.Domain, p Pins, ioThreads int) error {
	cpus, err := hostCPUs(dom)
	if err != nil {
		return wrap("read the CPUs of the host of", dom, err)
	}
	vcpus, err := dom.GetVcpusFlags(libvirt.DOMAIN_VCPU_LIVE)
	if err != nil {
		return wrap("count the CPUs of", dom, err)
	}
	for i := range int(vcpus) {
		if err := dom.PinVcpuFlags(uint(i), cpuMap(p.VCPUs[i], cpus), libvirt.DOMAIN_AFFECT_LIVE); err != nil {
			return wrap(fmt.Sprintf("pin CPU %d of", i), dom, err)
		}
	}
	for i := 1; i <= ioThreads; i++ {
		if err := dom.PinIOThread(uint(i), cpuMap(p.IOThreads[i], cpus), libvirt.DOMAIN_AFFECT_LIVE); err != nil {
			return wrap(fmt.Sprintf("pin iothread %d of", i), dom, err)
		}
	}
	return wrap("pin the emulator of", dom, dom.PinEmulator(cpuMap(p.Emulator, cpus), libvirt.DOMAIN_AFFECT_LIVE))
}

// hostCPUs is the number of CPUs that the host can have.
func hostCPUs(dom *libvirt.Domain) (int, error) {
	conn, err := dom.DomainGetConnect()
	if err != nil {
		return 0, err
	}
	defer func() { _, _ = conn.Close() }()
	present, _, err := conn.GetCPUMap(0)
	return len(present), err
}

// cpuMap is a set of CPUs as the file writes it (libvirt's <cpuset>: 0-3,^2,8)
// for a host of n CPUs; an empty set is all of them.
func cpuMap(set string, n int) []bool {
	out := make([]bool, n)
	for part := range strings.SplitSeq(set, ",") {
		part, without := strings.CutPrefix(part, "^")
		first, last, isRange := strings.Cut(part, "-")
		from, err := strconv.Atoi(first)
		to, errTo := strconv.Atoi(last)
		if !isRange {
			to, errTo = from, nil
		}
		if set == "" {
			from, to, err, errTo = 0, n-1, nil, nil
		}
		if err != nil || errTo != nil {
			continue // validated in the file
		}
		for i := from; i <= min(to, n-1); i++ {
			out[i] = !without
		}
	}
	return out
}
