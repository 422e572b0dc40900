// SPDX-License-Identifier: Apache-2.0

package domain

// option changes one thing of a guest, so that a case shows only what it varies.
type option func(*Spec)

// newSpec is the smallest guest with a root disk and a NIC.
func newSpec(options ...option) Spec {
	s := Spec{
		Name: "lab-xfs", UUID: "7a4b7a33-05c1-5d3c-9d4e-5e6f1f2f8b01",
		Type: typeTCG, Arch: archX86, Machine: "q35", CPUs: 2, Memory: 512 << 20,
		Root: RootDisk{
			Path:       "/var/lib/libvirt/images/lab-xfs.root.1.qcow2",
			Base:       "/nix/store/00000000000000000000000000000000-image/nixos.qcow2",
			BaseFormat: "qcow2",
		},
		NICs:       []NIC{{MAC: "52:54:00:12:34:56", Network: "lab"}},
		ConsoleLog: "/var/log/libvirt/qemu/lab-xfs.console.log",
	}
	for _, o := range options {
		o(&s)
	}
	return s
}

func withDisk(k Disk) option {
	return func(s *Spec) {
		if k.Path == "" {
			k.Path = "/var/lib/libvirt/images/lab-xfs." + k.Name + ".qcow2"
		}
		if k.Format == "" {
			k.Format = "qcow2"
		}
		if k.Bus == "" {
			k.Bus = busVirtio
		}
		s.Disks = append(s.Disks, k)
	}
}

func withNVMe(name string, changes ...func(*Disk)) option {
	k := Disk{Name: name, Bus: busNVMe, Serial: name}
	for _, c := range changes {
		c(&k)
	}
	return withDisk(k)
}

func onController(name string) func(*Disk) { return func(k *Disk) { k.Controller = name } }

func sectors(size int) func(*Disk) { return func(k *Disk) { k.LogicalBlockSize = size } }

func withShare(tag, source string) option {
	return func(s *Spec) { s.Filesystems = append(s.Filesystems, Filesystem{Tag: tag, Source: source}) }
}

func withReadOnlyShare(tag, source string) option {
	return func(s *Spec) {
		s.Filesystems = append(s.Filesystems, Filesystem{Tag: tag, Source: source, ReadOnly: true})
	}
}

func withNIC(n NIC) option { return func(s *Spec) { s.NICs = append(s.NICs, n) } }

func with(change func(*Spec)) option { return change }
