// SPDX-License-Identifier: Apache-2.0

package run

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"vmprov/internal/config"
	"vmprov/internal/plan"
)

// fileOf is a configuration of these guests, as NAME or FAMILY:NAME.
func fileOf(guests ...string) *config.File {
	f := &config.File{Project: "p", Path: "/p.yaml"}
	for _, g := range guests {
		family, name, counted := strings.Cut(g, ":")
		if !counted {
			name = family
		}
		f.Guests = append(f.Guests, config.Guest{Name: name, Family: family})
	}
	return f
}

// observed is a host where these guests exist.
func observed(guests ...string) plan.Observed {
	o := plan.Observed{Guests: map[string]plan.ObservedGuest{}}
	for _, name := range guests {
		o.Guests[name] = plan.ObservedGuest{Mark: plan.Mark{Guest: name}}
	}
	return o
}

func TestNames(t *testing.T) {
	p := project{file: fileOf("z", "x:x-1", "x:x-2", "a")}
	o := observed("x-1", "x-2", "z", "gone", "also-gone")
	for _, tc := range []struct {
		only    string
		marked  string
		status  string
		wantErr string
	}{
		{"", "also-gone gone x-1 x-2 z", "z x-1 x-2 a also-gone gone", ""},
		{"z", "z", "z", ""},
		{"a", "", "a", ""},
		{"x", "x-1 x-2", "x-1 x-2", ""},
		{"x-2 x z z", "x-1 x-2 z", "z x-1 x-2", ""},
		{"gone a", "gone", "a gone", ""},
		{"nobody", "", "", "find guest `nobody`: not in the configuration; the file has z, x, x-1, x-2, a"},
		{"gone zz", "", "", "find guest `zz`: not in the configuration; did you mean `z`?"},
	} {
		t.Run(tc.only, func(t *testing.T) {
			marked, err1 := p.marked(o, strings.Fields(tc.only))
			status, err2 := p.statusNames(o, strings.Fields(tc.only))
			if tc.wantErr != "" {
				assert.Error(t, err1, tc.wantErr)
				assert.Error(t, err2, tc.wantErr)
				return
			}
			assert.NilError(t, err1)
			assert.NilError(t, err2)
			assert.Equal(t, strings.Join(marked, " "), tc.marked)
			assert.Equal(t, strings.Join(status, " "), tc.status)
		})
	}
}

// TestNamesWithoutConfiguration: destroy --project and status --project know marks alone.
func TestNamesWithoutConfiguration(t *testing.T) {
	p := project{file: &config.File{Project: "p"}}
	names, err := p.marked(observed("b", "a"), nil)
	assert.NilError(t, err)
	assert.DeepEqual(t, names, []string{"a", "b"})
	names, err = p.statusNames(observed("b", "a"), []string{"b"})
	assert.NilError(t, err)
	assert.DeepEqual(t, names, []string{"b"})
	_, err = p.marked(observed("b"), []string{"c"})
	assert.Error(t, err, "find guest `c`: project `p` has no such guest")
}

func TestUpOptions(t *testing.T) {
	p := project{file: fileOf("a", "x:x-1", "x:x-2")}
	for _, tc := range []struct {
		name             string
		guests, recreate []string
		selected, named  string
		recreated        string
	}{
		{"all", nil, nil, "a x-1 x-2", "", ""},
		{"named", []string{"x"}, nil, "x-1 x-2", "x-1 x-2", ""},
		{"recreate does not narrow", nil, []string{"a"}, "a x-1 x-2", "a", "a"},
		{"recreate beside named", []string{"x-1"}, []string{"a"}, "a x-1", "a x-1", "a"},
		{"recreate a family", nil, []string{"x"}, "a x-1 x-2", "x-1 x-2", "x-1 x-2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o, err := p.upOptions(UpOptions{Selection: Selection{Guests: tc.guests}, Recreate: tc.recreate})
			assert.NilError(t, err)
			var selected, named, recreated []string
			for _, g := range o.Selected {
				selected = append(selected, g.Name)
			}
			for _, g := range p.file.Guests {
				if o.Named[g.Name] {
					named = append(named, g.Name)
				}
				if o.Recreate[g.Name] {
					recreated = append(recreated, g.Name)
				}
			}
			assert.Equal(t, strings.Join(selected, " "), tc.selected)
			assert.Equal(t, strings.Join(named, " "), tc.named)
			assert.Equal(t, strings.Join(recreated, " "), tc.recreated)
		})
	}
	_, err := p.upOptions(UpOptions{Recreate: []string{"nobody"}})
	assert.ErrorContains(t, err, "find guest `nobody`")
}

func TestConfirm(t *testing.T) {
	pl := &plan.Plan{Guests: []plan.GuestPlan{{Guest: "a"}, {Guest: "b"}}}
	asked := ""
	answer := func(yes bool) func(string) (bool, error) {
		return func(question string) (bool, error) { asked = question; return yes, nil }
	}
	for _, tc := range []struct {
		name    string
		confirm func(string) (bool, error)
		options DestroyOptions
		plan    *plan.Plan
		asked   string
		ok      bool
	}{
		{"yes", answer(true), DestroyOptions{}, pl, "destroy 2 guests of project `p` with their data disks?", true},
		{"no", answer(false), DestroyOptions{KeepDisks: true}, pl, "destroy 2 guests of project `p` and keep their data disks?", false},
		{"nobody to ask", nil, DestroyOptions{}, pl, "", false},
		{"not to be asked", nil, DestroyOptions{Yes: true}, pl, "", true},
		{"nothing to destroy", nil, DestroyOptions{}, &plan.Plan{}, "", true},
	} {
		asked = ""
		p := project{file: fileOf(), env: Env{Confirm: tc.confirm}}
		err := p.confirm(tc.options, tc.plan)
		assert.Check(t, (err == nil) == tc.ok, "%s: %v", tc.name, err)
		assert.Check(t, asked == tc.asked, "%s: %s", tc.name, asked)
	}
}
