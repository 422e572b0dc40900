// SPDX-License-Identifier: Apache-2.0

package domain

import (
	"fmt"
	"maps"
	"slices"

	"libvirt.org/go/libvirtxml"
)

// cpuTune pins threads of QEMU to CPUs of the host (<cputune>).
func cpuTune(s *Spec, d *libvirtxml.Domain) error {
	p := s.Compute.Pins
	tune := &libvirtxml.DomainCPUTune{}
	for _, vcpu := range slices.Sorted(maps.Keys(p.VCPUs)) {
		if vcpu < 0 || vcpu >= maxCPUs(s) {
			return fmt.Errorf("pin CPU %d: the guest has 0 to %d", vcpu, maxCPUs(s)-1)
		}
		tune.VCPUPin = append(tune.VCPUPin, libvirtxml.DomainCPUTuneVCPUPin{VCPU: uint(vcpu), CPUSet: p.VCPUs[vcpu]})
	}
	if p.Emulator != "" {
		tune.EmulatorPin = &libvirtxml.DomainCPUTuneEmulatorPin{CPUSet: p.Emulator}
	}
	for _, thread := range slices.Sorted(maps.Keys(p.IOThreads)) {
		if thread < 1 {
			return fmt.Errorf("pin iothread %d: they count from 1", thread)
		}
		tune.IOThreadPin = append(tune.IOThreadPin, libvirtxml.DomainCPUTuneIOThreadPin{IOThread: uint(thread), CPUSet: p.IOThreads[thread]})
	}
	if tune.VCPUPin != nil || tune.EmulatorPin != nil || tune.IOThreadPin != nil {
		d.CPUTune = tune
	}
	return nil
}
