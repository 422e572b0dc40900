// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"vmprov/internal/config"
	"vmprov/internal/guest"
	"vmprov/internal/ready"
	"vmprov/storage"
)

// sequence is one guest's actions, each after the one before it.
type sequence struct {
	*builder
	spec   config.Guest
	domain string // libvirt name
	uuid   string
	have   *ObservedGuest // nil when there is no such domain
	gp     *GuestPlan
	// pool is the one that the guest is in: a guest that exists stays in its own.
	pool storage.Pool
	ours bool
	// tail is what the next action needs.
	tail []ID
	// off is the tail at which a planned removal has the guest off.
	off []ID
	// links are what the start of a new guest needs besides: its networks start
	// while it is made.
	links []ID
	// first and before are the plan and its demand as the guest found them.
	first  int
	before demand
}

func (b *builder) sequence(spec config.Guest) *sequence {
	s := &sequence{
		builder: b, spec: spec,
		domain: config.DomainName(b.d.Project, spec.Name), uuid: config.DomainUUID(b.d.Project, spec.Name),
		gp:   &GuestPlan{Guest: spec.Name, Outcome: Unchanged, Address: b.reach(spec).String()},
		pool: b.pool, ours: b.ours, first: len(b.plan.Actions), before: b.demand,
	}
	if have, ok := b.o.Guests[spec.Name]; ok {
		s.have = &have
		s.ours = have.Mark.PoolUUID != ""
		if have.Mark.Pool != b.pool.Name {
			s.pool = b.o.Pools[have.Mark.Pool]
			s.pool.Name = have.Mark.Pool
		}
	}
	s.tail = []ID{b.poolID, b.adopted[spec.Name]}
	links := b.networkActions(spec)
	if s.have == nil {
		s.links = links
		// Whoever removes a guest that was cut short finds its network too.
		for _, nic := range spec.Networks {
			s.tail = append(s.tail, b.networks[nic.Network].defined)
		}
	} else {
		// Nothing is done to a guest whose network cannot be had.
		s.tail = append(s.tail, links...)
	}
	return s
}

// reachPool plans to start the guest's own pool where the configuration means
// another one, and says why that pool cannot be used.
func (s *sequence) reachPool() error {
	switch {
	case s.pool.Name == s.builder.pool.Name:
		return s.poolErr
	case !s.pool.Exists():
		return fmt.Errorf("pool `%s`, which had its disks, does not exist (define it again, or `vmprov destroy %s`)", s.pool.Name, s.spec.Name)
	case s.pool.Active:
		return nil
	case !s.ours:
		return inactive(s.pool)
	}
	s.then(makePool{s.pool.Name, s.pool.UUID, s.pool.Path}, "not active")
	return nil
}

// there says that a volume exists. The volumes of a pool that is not active
// cannot be seen: the mark is believed.
func (s *sequence) there(volume string) bool {
	if s.pool.Active || !s.pool.Exists() {
		return s.pool.Volumes[volume]
	}
	return s.have != nil && s.have.Mark.owns(volume)
}

// then adds an action after the tail and becomes the tail. A guest that is
// blocked gets no further action.
func (s *sequence) then(op Op, cause string) ID {
	if s.gp.Blocked != nil {
		return 0
	}
	id := s.add(s.spec.Name, op, cause, s.tail...)
	s.tail = []ID{id}
	return id
}

// each adds actions after the tail, side by side, and all of them become the tail.
func (s *sequence) each(ops []Op, cause string) {
	if len(ops) == 0 || s.gp.Blocked != nil {
		return
	}
	var ids []ID
	for _, op := range ops {
		ids = append(ids, s.add(s.spec.Name, op, cause, s.tail...))
	}
	s.tail = ids
}

// last is the guest's last action so far; 0 for none.
func (s *sequence) last() ID {
	if len(s.tail) != 1 {
		return 0
	}
	return s.tail[0]
}

func (s *sequence) note(format string, args ...any) {
	s.gp.Notes = append(s.gp.Notes, fmt.Sprintf(format, args...))
}

// block drops what was planned for the guest so far: nothing is done to it.
func (s *sequence) block(err error) {
	s.plan.Actions = s.plan.Actions[:s.first]
	s.demand = s.before
	s.tail, s.gp.Blocked = nil, err
}

// finish puts what the plan says of the guest into the plan.
func (s *sequence) finish() {
	if s.gp.Blocked != nil {
		s.gp.Outcome = Blocked
	}
	s.plan.Guests = append(s.plan.Guests, *s.gp)
}

// newMark is the mark of a guest that is made, owning all that it will make.
func (s *sequence) newMark(base Base) Mark {
	m := Mark{
		Version: s.d.Version, Project: s.d.Project, Guest: s.spec.Name, Wanted: WantedRunning, Intent: IntentCreate,
		Birth: s.d.Birth, Generation: 1, Origin: s.d.Origin, Pool: s.pool.Name, Base: base,
		Keys: slices.Clone(s.d.SSH.Authorized), Applied: encodeSpec(s.spec),
	}
	if s.ours {
		m.PoolUUID = s.pool.UUID
	}
	return s.owning(s.logged(s.keyed(m, s.spec)), s.spec)
}

// owning is the mark with every volume of a spec.
func (s *sequence) owning(m Mark, spec config.Guest) Mark {
	if spec.Imageless == nil {
		m = m.with(Volume{Name: s.rootVolume(m.Generation)})
	}
	m = m.with(Volume{Name: m.ConsoleVolume(s.domain)})
	m = m.with(s.bootVolumes(m)...)
	return m.with(s.owned(spec)...)
}

func (s *sequence) rootVolume(generation int) string {
	return config.RootVolumeName(s.domain, generation)
}

// foreign is a volume that the guest would make and cannot: somebody else has
// it, or the image that it backs on is not known.
func (s *sequence) foreign(m Mark) error {
	for _, v := range m.Volumes {
		if s.pool.Volumes[v.Name] && (s.have == nil || !s.have.Mark.owns(v.Name)) {
			return foreignVolume(s.pool.Name, v.Name)
		}
	}
	return s.unbased(m)
}

func foreignVolume(pool, name string) error {
	return fmt.Errorf("volume `%s` exists in pool `%s` and no mark of this project owns it (look at it, then remove it with `virsh vol-delete %s --pool %s`)",
		name, pool, name, pool)
}

// unseen are the volumes that a mark owns anew in a pool whose volumes could
// not be seen when it was observed.
func (s *sequence) unseen(m Mark) []string {
	var names []string
	for _, v := range m.Volumes {
		if !s.pool.Active && (s.have == nil || !s.have.Mark.owns(v.Name)) {
			names = append(names, v.Name)
		}
	}
	return names
}

// define writes the definition with the mark inside; the intent goes with it.
func (s *sequence) define(m Mark, spec config.Guest, cause string) bool {
	text, err := rendering{desired: s.d, spec: spec, mark: m, pool: s.pool}.xml()
	if err != nil {
		s.block(err)
		return false
	}
	s.folders(spec)
	s.noteEscapes(spec)
	alike := spec
	alike.Name = ""
	op := defineDomain{name: s.domain, xml: text, shape: encodeSpec(alike), pool: s.pool.Name, unseen: s.unseen(m)}
	return s.then(op, cause) != 0
}

// missing are the volumes of a spec that are to be made. gone are volumes that
// the plan deletes before.
func (s *sequence) missing(m Mark, spec config.Guest, gone ...string) []Op {
	var ops []Op
	wanted := []storage.Volume{s.console(m)}
	if spec.Imageless == nil {
		wanted = append([]storage.Volume{s.overlay(m, spec)}, wanted...)
	}
	for _, v := range append(wanted, s.diskVolumes(m, spec)...) {
		unsure := s.unsure(v.Name)
		if s.there(v.Name) && !unsure && !slices.Contains(gone, v.Name) {
			continue
		}
		s.space += v.Capacity
		ops = append(ops, createVolume{s.pool, v, s.ours, unsure})
	}
	return append(ops, s.missingBoot(m)...)
}

// unsure says that a volume of the guest may be there: a create that was not
// finished lists it, and the pool that would tell is not active.
func (s *sequence) unsure(volume string) bool {
	return s.pool.Exists() && !s.pool.Active && s.have != nil && s.have.Mark.Intent == IntentCreate && s.have.Mark.owns(volume)
}

// makes says that the plan makes a volume of the guest.
func (s *sequence) makes(volume string) bool {
	return slices.ContainsFunc(s.plan.Actions[s.first:], func(a Action) bool {
		op, ok := a.Op.(createVolume)
		return ok && op.volume.Name == volume
	})
}

// overlay is the root volume of the mark's generation, at least as large as
// its base.
func (s *sequence) overlay(m Mark, spec config.Guest) storage.Volume {
	return storage.Volume{
		Name: s.rootVolume(m.Generation), Format: "qcow2", Capacity: max(uint64(spec.Root.Size), m.Base.Size),
		Backing: m.Base.Path, BackingFormat: m.Base.Format, Owner: s.d.Host.QEMUUser,
	}
}

// console is the file that takes the console log. virtlogd, which writes it,
// runs as root.
func (s *sequence) console(m Mark) storage.Volume {
	v := storage.Volume{Name: m.ConsoleVolume(s.domain), Format: "raw"}
	if s.d.Host.Session {
		v.Owner = s.d.Host.QEMUUser
	}
	return v
}

// redefine plans that a guest that was undefined while it runs is defined again
// as it runs: its mark goes with the definition, and what the mark owns must not
// be lost when the guest stops.
func (s *sequence) redefine() {
	if s.have.Transient {
		s.then(redefineDomain{s.uuid, s.domain}, "it was undefined by hand while it runs")
	}
}

// commit closes the intent.
func (s *sequence) commit(m Mark) ID {
	m.Intent = IntentNone
	stale := s.stale(m)
	var deletes []Op
	for _, name := range append(s.rotatedLogs(stale), stale...) {
		deletes = append(deletes, deleteVolume{s.pool.Name, name})
	}
	s.each(deletes, "of a boot that is past")
	return s.then(commitMark{s.uuid, m.without(stale...)}, "")
}

// start boots the guest and waits until it is ready; the id is of the last action.
func (s *sequence) start(m Mark, spec config.Guest, cause string, wait bool) ID {
	if s.gp.Blocked != nil {
		return 0
	}
	s.memory += uint64(spec.Memory)
	if n := pages(spec); n > 0 && (s.have == nil || !s.have.Active) { // one that runs has its pages
		s.hugepages = maps.Clone(s.hugepages) // a guest that is blocked later takes its demand back
		if s.hugepages == nil {
			s.hugepages = map[uint64]uint64{}
		}
		s.hugepages[uint64(spec.MemoryBacking.Hugepages)] += n
	}
	s.warnAccelerator(spec)
	s.folders(spec)
	s.noteZones(spec)
	s.tail = append(s.tail, s.links...)
	s.moveAddresses()
	s.views(m)
	last := s.then(startDomain{
		uuid: s.uuid, name: s.domain, pool: s.pool.Name,
		root: s.pool.Volume(s.rootVolume(m.Generation)), base: m.Base.Path,
		made:    m.Base.imageless() || s.makes(s.rootVolume(m.Generation)),
		options: s.startOptions(m, spec), console: m.ConsoleVolume(s.domain),
		disks: s.overlays(m, spec),
	}, cause)
	if wait {
		last = s.wait(m, spec)
	}
	return last
}

// views plans the read-only views that the guest boots from; a host that was
// booted anew has none.
func (s *sequence) views(m Mark) {
	if m.Base.Boot == nil {
		return
	}
	for _, v := range m.Base.Boot.Views {
		if v.Mount != "" {
			s.then(mountView{v}, "the guest must not write to "+v.Source)
		}
	}
}

// warnAccelerator notes once what there is to say of the accelerator.
func (b *builder) warnAccelerator(spec config.Guest) {
	_, warning := b.d.Host.DomainType(spec.Accelerator)
	if warning != "" && !slices.Contains(b.plan.Notes, warning) {
		b.note("%s", warning)
	}
}

// wait waits for the probes; m is the mark that the guest runs with. For a
// caller whose key it lacks the server's banner is enough.
func (s *sequence) wait(m Mark, spec config.Guest) ID {
	key := s.d.SSH.Key.Authorized
	return s.then(waitReady{
		target: ready.Target{
			Guest: spec.Name, UUID: s.uuid, Probes: spec.Ready, Timeout: time.Duration(spec.ReadyTimeout),
			Login: Login(s.d.Project, s.d.SSH, m, s.reach(spec)), MACs: spec.HardwareAddresses(s.d.Project),
			Mounts: mountPoints(spec), BannerOnly: key != "" && !slices.Contains(m.Keys, key),
		},
		mark: m, console: m.ConsoleVolume(s.domain),
	}, "")
}

// Login is how to reach a guest by ssh.
func Login(project string, ssh SSH, m Mark, reach Reach) guest.Login {
	l := guest.Login{
		Guest: m.Guest, Address: reach.Address, Port: reach.Port, Guessed: reach.Guessed, User: ssh.User, Key: ssh.Key, Folder: ssh.Folder,
		HostKeyAlias: guest.HostKeyAlias(m.Guest, project, m.Generation, m.Birth), HostKey: m.HostKey,
	}
	if m.Previous != 0 {
		l.PreviousAlias = guest.HostKeyAlias(m.Guest, project, m.Previous, m.Birth)
	}
	return l
}

func (s *sequence) shutdown(spec config.Guest, cause string) {
	grace := cmp.Or(s.grace, time.Duration(spec.StopTimeout))
	s.then(shutdownDomain{uuid: s.uuid, name: s.domain, guest: spec.Name, grace: grace}, cause)
}

// describeImage is an image for a reader: the file name of its store path, or its identity.
func describeImage(b Base) string {
	if b.StorePath != "" {
		return b.StorePath
	}
	return b.Identity
}
