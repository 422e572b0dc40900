// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"

	"vmprov/internal/config"
	"vmprov/storage"
)

// diskVolumes are the volumes of a spec's data disks as they are wanted. A disk
// by path has none: what is there is never made and never deleted. What an
// overlay backs on is what the mark says, since that is what its header names.
func (s *sequence) diskVolumes(m Mark, spec config.Guest) []storage.Volume {
	var out []storage.Volume
	for _, d := range spec.Disks {
		if d.Path != "" {
			continue
		}
		v := storage.Volume{
			Name: config.VolumeName(s.domain, d.Name, d.Format), Format: d.Format,
			Preallocation: d.Preallocation, Owner: s.d.Host.QEMUUser,
		}
		v.Capacity = capacity(d, m.base(v.Name))
		if base := m.base(v.Name); base != nil {
			v.Backing, v.BackingFormat = base.Path, base.Format
		}
		out = append(out, v)
	}
	return out
}

// capacity of a data disk in bytes: at least that of the image that it backs on.
func capacity(d config.Disk, base *Base) uint64 {
	if base == nil {
		return uint64(d.Size)
	}
	return max(uint64(d.Size), base.Size)
}

// owned are the entries of a spec's data disks in a new mark.
func (s *sequence) owned(spec config.Guest) []Volume {
	var out []Volume
	for _, d := range spec.Disks {
		if d.Path == "" {
			out = append(out, Volume{Name: config.VolumeName(s.domain, d.Name, d.Format), Disk: d.Name, Base: s.diskBase(d)})
		}
	}
	return out
}

// diskBase is the newest image of a disk; nil for a disk without one, and for an
// image that was not built.
func (s *sequence) diskBase(d config.Disk) *Base {
	if base, ok := s.d.image(d.Image); ok && d.Image != "" {
		return &base
	}
	return nil
}

// unbased is why an overlay of the guest cannot be made: its image is not known.
// A volume that the guest has stays as it is until a recycle renews it.
func (s *sequence) unbased(m Mark) error {
	for _, d := range s.spec.Disks {
		name := config.VolumeName(s.domain, d.Name, d.Format)
		has := s.have != nil && s.have.Mark.owns(name)
		if d.Image != "" && !has && m.base(name) == nil {
			return notBuilt(d)
		}
	}
	return nil
}

func notBuilt(d config.Disk) error {
	return fmt.Errorf("disk `%s`: image `%s`: not built (run without --no-build, or `vmprov build`)", d.Name, d.Image)
}

// renews says that recycle makes a disk of the guest anew.
func renews(spec config.Guest, d config.Disk) bool {
	return d.Path == "" && (d.Persist != nil && !*d.Persist || slices.Contains(spec.Recycle.Disks, d.Name))
}

// renewed are the volumes of data disks that a recycle makes anew.
func (s *sequence) renewed() []string {
	var out []string
	for _, d := range s.spec.Disks {
		if name := config.VolumeName(s.domain, d.Name, d.Format); renews(s.spec, d) && s.there(name) {
			out = append(out, name)
		}
	}
	return out
}

// renew is the mark with the disks that a recycle makes anew on the newest of
// their images; without a build they keep the one that they have.
func (s *sequence) renew(m Mark, applied config.Guest) Mark {
	for _, d := range s.spec.Disks {
		if !renews(s.spec, d) {
			continue
		}
		base := s.diskBase(d)
		if had, _ := applied.Disk(d.Name); base == nil && d.Image != "" {
			if had.Image != d.Image {
				s.block(notBuilt(d))
				return m
			}
			continue
		}
		m = m.rebased(config.VolumeName(s.domain, d.Name, d.Format), base)
	}
	return m
}

// diskImage is an image that a disk of the guest does not have yet.
type diskImage struct {
	disk     string
	from, to Base
	// renews says that a recycle takes it up.
	renews bool
}

// newDiskImages are the disks whose image is another one by now.
func (s *sequence) newDiskImages(m Mark) []diskImage {
	var out []diskImage
	for _, d := range s.spec.Disks {
		from, to := m.base(config.VolumeName(s.domain, d.Name, d.Format)), s.diskBase(d)
		if from != nil && to != nil && from.Identity != to.Identity {
			out = append(out, diskImage{d.Name, *from, *to, renews(s.spec, d)})
		}
	}
	return out
}

// noteDiskImages says that disks are left on another image than the newest.
func (s *sequence) noteDiskImages(images []diskImage) {
	for _, i := range images {
		how := fmt.Sprintf("%s: `vmprov up --recycle` or `vmprov recycle`", config.EffectRecycle)
		if !i.renews {
			how = fmt.Sprintf("%s: it keeps what is on it; %s", config.EffectRecreate, s.recreation())
		}
		s.note("disk `%s`: new image: %s -> %s (%s)", i.disk, describeImage(i.from), describeImage(i.to), how)
	}
}

// overlays are the data disks of a mark that back on images, but for those that
// the plan makes.
func (s *sequence) overlays(m Mark, spec config.Guest) []overlay {
	var out []overlay
	for _, d := range spec.Disks {
		name := config.VolumeName(s.domain, d.Name, d.Format)
		if base := m.base(name); base != nil && d.Path == "" && !s.makes(name) {
			out = append(out, overlay{s.pool.Volume(name), base.Path, s.renewal(spec, d)})
		}
	}
	return out
}

// renewal is how a disk of the guest is made anew.
func (s *sequence) renewal(spec config.Guest, d config.Disk) string {
	if renews(spec, d) {
		return fmt.Sprintf("`vmprov recycle %s` makes the disk anew", s.spec.Name)
	}
	return s.recreation()
}

func (s *sequence) recreation() string {
	return fmt.Sprintf("`vmprov up --recreate %s` makes the guest anew and loses its data disks", s.spec.Name)
}
