// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"vmprov/internal/config"
	"vmprov/internal/ready"
)

// Switched: the guest runs another closure, without a boot.
const Switched Outcome = "switched"

// DiffSwitch plans that running guests without an image change to the closure
// that is declared, without a boot.
func DiffSwitch(d Desired, o Observed, selected []config.Guest) (*Plan, error) {
	b, err := newDeclared(d, o, selected, false)
	if err != nil {
		return nil, err
	}
	for _, spec := range selected {
		s := b.sequence(spec)
		s.switchTo()
		s.finish()
	}
	return b.prune(), nil
}

// HasImage is why a guest with an image cannot be switched.
const HasImage = "it has an image, and a switch is for guests without one (`vmprov recycle` takes a new image)"

// switchStops is why a guest cannot change to another closure as it runs.
func (s *sequence) switchStops(applied config.Guest) error {
	name := s.spec.Name
	switch m := s.have.Mark; {
	case s.spec.Imageless == nil || applied.Imageless == nil || s.running().Base.Boot == nil:
		return errors.New(HasImage)
	case !s.have.Active:
		return fmt.Errorf("it is %s, and a switch is of a running guest (`vmprov up %s` boots the new closure)", s.have.State, name)
	case s.have.State == "paused":
		return errors.New(Paused(s.domain))
	case m.Intent != IntentNone:
		return fmt.Errorf("unfinished %s (`vmprov up %s` carries it on)", m.Intent, name)
	case len(s.have.Edited(s.d.Host.LibVersion)) > 0:
		s.noteEdits(s.have.Edited(s.d.Host.LibVersion))
		return fmt.Errorf("its definition was changed by hand, which a switch would undo (`vmprov up --restore %s` first)", name)
	}
	if key := s.d.SSH.Key.Authorized; key != "" && !slices.Contains(s.running().Keys, key) {
		return fmt.Errorf("it does not have your ssh key (`vmprov up %s` hands it over)", name)
	}
	return s.stops()
}

// switchTo changes a running guest to the declared closure. The mark names it
// before it runs, so that it is held from then on, whatever comes.
func (s *sequence) switchTo() {
	if s.have == nil {
		s.block(s.absent())
		return
	}
	m := s.have.Mark
	applied, err := m.Spec()
	if err == nil {
		err = s.switchStops(applied)
	}
	next, known := s.d.boot(s.spec)
	if err == nil && !known {
		err = cmp.Or(s.o.Bootless[s.spec.Name], errors.New("its closure was not built"))
	}
	if err != nil {
		s.block(err)
		return
	}
	if !slices.Contains(m.Switched, next.Closure) {
		m.Switched = append(slices.Clone(m.Switched), next.Closure)
	}
	s.then(setMark{s.uuid, m, "note the switch"}, "what runs is held")
	live := s.switched(*next)
	s.then(liveStep{s.uuid, activate{s.login(), next.Closure}, live}, bootWords(s.running().Base, live.Base))
	s.bootNext(m, applied, *next)
	s.noteUnswitched(live.Base, *next)
	s.gp.Outcome = Switched
}

// loginLimit is how long a login to a guest that runs may take.
const loginLimit = 30 * time.Second

// login is a running guest as a target of a login alone.
func (s *sequence) login() ready.Target {
	return ready.Target{
		Guest: s.spec.Name, UUID: s.uuid, Timeout: loginLimit,
		Login: Login(s.d.Project, s.d.SSH, s.running(), s.reach(s.spec)), MACs: s.spec.HardwareAddresses(s.d.Project),
	}
}

// switched is the mark of the running guest after the switch: its system is
// another, its kernel is not.
func (s *sequence) switched(next Boot) Mark {
	live := s.running()
	b := *live.Base.Boot
	b.Closure, b.Init, b.Params = next.Closure, next.Init, next.Params
	if s.spec.Imageless.Initrd == "" { // it is the closure's, and was of use at the boot
		b.Initrd = next.Initrd
	}
	live.Base.StorePath, live.Base.Boot = next.Closure, &b
	if spec, err := live.Spec(); err == nil && spec.Imageless != nil {
		from := *spec.Imageless
		from.Flake, from.Attribute, from.Closure = s.spec.Imageless.Flake, s.spec.Imageless.Attribute, s.spec.Imageless.Closure
		spec.Imageless = &from
		live.Applied = encodeSpec(spec)
	}
	return live
}

// bootNext writes the definition of a guest that runs on, so that its next boot
// takes what is declared of its boot, and nothing else that is declared.
func (s *sequence) bootNext(m Mark, applied config.Guest, next Boot) {
	spec := applied
	spec.Imageless = s.spec.Imageless
	if len(newBoot(m.Base, &next)) == 0 && encodeSpec(spec) == encodeSpec(applied) {
		return
	}
	m = s.change(m, spec, comparison{}, true, "for its next boot")
	s.commit(m)
}

// noteUnswitched says what the declared boot has that a switch does not change.
func (s *sequence) noteUnswitched(live Base, next Boot) {
	var words []string
	for _, c := range newBoot(live, &next) {
		words = append(words, fmt.Sprintf("%s %s -> %s", c.Path, c.Old, c.New))
	}
	if live.Boot.Modules != next.Modules {
		words = append(words, "modules "+next.Modules)
	}
	if len(words) > 0 {
		s.note("a switch changes neither kernel nor modules, its next boot does: %s (`vmprov up --restart %s` boots it now)",
			strings.Join(words, ", "), s.spec.Name)
	}
}
