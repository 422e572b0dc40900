// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"vmprov/domain"
	"vmprov/internal/config"
)

// running is what a guest that runs has, and what it has after the live
// changes towards its declaration.
type runningSpec struct{ before, after config.Guest }

// sharesWithoutCGroup is a libvirt that was seen to attach a share to a guest in
// no control group; some older ones may as well, 9.0 crashes (domain.HasCGroup).
const sharesWithoutCGroup = 12_008_000

// runningSpec compares what runs with what is declared; without a mark that can
// be read, the guest is taken to run what was applied.
func (s *sequence) runningSpec(applied, declared config.Guest) runningSpec {
	before := applied
	if s.have.Live != nil {
		if spec, err := s.have.Live.Spec(); err == nil {
			before = spec
		}
	}
	after := config.Live(before, declared)
	if s.have.NoCGroup && s.d.Host.LibVersion < sharesWithoutCGroup {
		after.Shares = slices.DeleteFunc(slices.Clone(after.Shares), func(h config.Share) bool {
			return !slices.ContainsFunc(before.Shares, func(had config.Share) bool { return had.Tag == h.Tag })
		})
	}
	return runningSpec{before, after}
}

// changes are the live changes but for autostart, which is no matter of the
// running domain.
func (r runningSpec) changes() []config.Change {
	return slices.DeleteFunc(config.Compare(r.before, r.after), isAutostart)
}

func isAutostart(c config.Change) bool { return c.Path == "autostart" }

// waiting are the fields of a spec that a guest does not run with.
func waiting(running, spec config.Guest) []string {
	var fields []string
	for _, c := range config.Compare(running, spec) {
		if !isAutostart(c) && (c.Effect == config.EffectNextBoot || c.Effect == config.EffectLive) {
			fields = append(fields, c.Path)
		}
	}
	return fields
}

// settleEffects says of a change what becomes of it in a running guest, which
// may have been started with less than was applied since: what it cannot take
// live waits for its next boot.
func settleEffects(changes []config.Change, waits []string) {
	for i, c := range changes {
		// What the guest does not have yet takes nothing.
		within := func(path string) bool { return c.Path == path || strings.HasPrefix(c.Path, path+".") }
		if c.Effect == config.EffectLive && slices.ContainsFunc(waits, within) {
			changes[i].Effect = config.EffectNextBoot
		}
	}
}

// goLive plans live changes of a running guest, of which done were done before,
// and gives what is done then.
func (s *sequence) goLive(m Mark, r runningSpec, done []string, changes []liveChange) []string {
	for _, change := range changes {
		done = append(done, change.paths...)
		mark := s.running()
		mark.Applied = encodeSpec(config.LiveOf(r.before, r.after, done))
		// A guest that is undefined by hand has no other mark than this one.
		mark.Volumes = m.Volumes
		s.have.Live = &mark
		s.then(liveStep{s.uuid, change.op, mark}, strings.Join(change.paths, ", "))
	}
	return done
}

// noteLive says what the guest itself has to do for a live change.
func (s *sequence) noteLive(r runningSpec) {
	var gone []string
	for _, c := range r.changes() {
		name := itemOf(c.Path)
		switch {
		case isGone(c, "disks"):
			gone = append(gone, fmt.Sprintf("disk `%s`", name))
		case isGone(c, "shares"):
			gone = append(gone, fmt.Sprintf("share `%s`", name))
		case isNew(c, "disks"):
			d, _ := s.spec.Disk(name)
			s.noteMount("disk", name, d.Target)
		case isNew(c, "shares"):
			i := slices.IndexFunc(s.spec.Shares, func(h config.Share) bool { return h.Tag == name })
			s.noteMount("share", name, s.spec.Shares[i].Target)
		}
	}
	if len(gone) > 0 {
		s.note("the running guest loses %s: nothing there may have it mounted", strings.Join(gone, ", "))
	}
}

func (s *sequence) noteMount(kind, name, target string) {
	if target != "" {
		s.note("%s `%s` is attached now, and mounted on %s with the next boot (or by hand)", kind, name, target)
	}
}

func isNew(c config.Change, list string) bool  { return isItem(c, list) && c.Old == "" }
func isGone(c config.Change, list string) bool { return isItem(c, list) && c.New == "" }

// isItem says that a change is of a whole item of a list.
func isItem(c config.Change, list string) bool {
	return strings.HasPrefix(c.Path, list+"[") && strings.HasSuffix(c.Path, "]")
}

// itemOf is the name in a path such as disks[scratch].size; empty for none.
func itemOf(path string) string {
	_, rest, _ := strings.Cut(path, "[")
	name, _, _ := strings.Cut(rest, "]")
	return name
}

// liveChange is one live change and the paths of what it changes.
type liveChange struct {
	paths []string
	op    liveOp
}

// liveChanges are what a running guest takes at once: grows before the
// definition is written, since a guest that is off by then would be taken for
// one whose disks are as large as it says; the others after. What goes makes
// room for what comes. m is the mark with the spec that is written, whose
// rendering the devices come from.
func (s *sequence) liveChanges(m Mark, spec config.Guest, r runningSpec) (grows, others []liveChange, err error) {
	render := rendering{desired: s.d, spec: spec, mark: m, pool: s.pool}
	definition, err := render.xml()
	if err != nil {
		return nil, nil, err
	}
	var detached []liveChange
	for _, c := range r.changes() {
		op, err := s.liveOp(c, r, render, definition)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", c.Path, err)
		}
		change := liveChange{[]string{c.Path}, op}
		switch op.(type) {
		case growDisk:
			grows = append(grows, change)
		case detachDevice:
			detached = append(detached, change)
		default:
			if last := len(others) - 1; last >= 0 && isPin(op) && isPin(others[last].op) {
				others[last].paths = append(others[last].paths, c.Path) // one call pins all threads
				continue
			}
			others = append(others, change)
		}
	}
	return grows, append(detached, others...), nil
}

func isPin(op liveOp) bool {
	_, ok := op.(pin)
	return ok
}

// liveOp is what does one live change.
func (s *sequence) liveOp(c config.Change, r runningSpec, render rendering, definition string) (liveOp, error) {
	list, _, _ := strings.Cut(c.Path, "[")
	threads, err := pins(r.after.CPUTune)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Path == "currentMemory":
		return setMemory{s.uuid, uint64(cmp.Or(r.after.CurrentMemory, r.after.Memory))}, nil
	case c.Path == "cpus":
		// Threads of new CPUs are not pinned by themselves.
		return setCPUs{s.uuid, r.after.CPUs, threads, r.after.IOThreads}, nil
	case strings.HasPrefix(c.Path, "cputune."):
		return pin{s.uuid, threads, r.after.IOThreads}, nil
	case list == "disks":
		return s.liveDisk(c, r, definition)
	case list == "shares" && isItem(c, list):
		return s.plug(c, "share", domain.Plugged{Tag: itemOf(c.Path)}, definition)
	case list == "networks":
		return s.liveNIC(c, r, render)
	}
	return nil, fmt.Errorf("no live change is known")
}

func (s *sequence) liveDisk(c config.Change, r runningSpec, definition string) (liveOp, error) {
	name := itemOf(c.Path)
	d, _ := r.after.Disk(name)
	switch strings.TrimPrefix(c.Path, "disks["+name+"]") {
	case "":
		return s.plug(c, "disk", domain.Plugged{Disk: name}, definition)
	case ".size":
		volume := config.VolumeName(s.domain, d.Name, d.Format)
		return growDisk{s.uuid, name, capacity(d, s.have.Mark.base(volume))}, nil
	case ".throttle":
		return limitDisk{s.uuid, name, definition}, nil
	}
	return nil, fmt.Errorf("no live change of a disk is known")
}

// plug attaches a device of the definition to the running guest, or takes it away.
func (s *sequence) plug(c config.Change, kind string, device domain.Plugged, definition string) (liveOp, error) {
	if c.New == "" {
		return detachDevice{s.uuid, kind, itemOf(c.Path), device, s.spec.Name}, nil
	}
	text, err := domain.DeviceXML(definition, device)
	return attachDevice{s.uuid, kind, itemOf(c.Path), device, text}, err
}

func (s *sequence) liveNIC(c config.Change, r runningSpec, render rendering) (liveOp, error) {
	name := itemOf(c.Path)
	named := func(n config.NIC) bool { return n.Name == name }
	if c.New == "" && isItem(c, "networks") {
		gone := r.before.Networks[slices.IndexFunc(r.before.Networks, named)]
		return detachDevice{s.uuid, "NIC", name, domain.Plugged{MAC: gone.HardwareAddress(s.d.Project, s.spec.Name)}, s.spec.Name}, nil
	}
	i := slices.IndexFunc(render.spec.Networks, named)
	text, err := domain.NICXML(render.nics()[i])
	if err != nil {
		return nil, err
	}
	if isItem(c, "networks") {
		return attachDevice{s.uuid, "NIC", name, domain.Plugged{MAC: render.nics()[i].MAC}, text}, nil
	}
	return updateNIC{s.uuid, name, render.spec.Networks[i].Link != "down", text}, nil
}
