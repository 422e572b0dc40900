// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// badCase is a configuration that is refused, and all that is said of it.
type badCase struct{ name, yaml, want string }

// head is what most cases start with: its two lines are good.
const head = "project: p\nimages: {i: {file: /i}}\n"

// guestKeys are all keys of a guest, as the message of an unknown one has them.
var guestKeys = strings.Join(keysOf(reflect.TypeFor[GuestDecl]()), ", ")

var badCases = slices.Concat(badYaml, badSize, badTop, badNetwork, badGuest, badDisk, badShare,
	badCount, badSource, badBus, badIO, badNVMe, badShorthand, badProperty,
	badCompute, badPlatform, badNIC, badMode, badVirtiofsd, badEscape)

func TestParseFaults(t *testing.T) {
	for _, tc := range badCases {
		t.Run(tc.name, func(t *testing.T) {
			file, err := Parse([]byte(tc.yaml), testEnvironment)
			assert.Error(t, err, tc.want)
			assert.Assert(t, file == nil)
		})
	}
}

// TestTablesOfFaults holds the tables to their number, each case to one of its own.
func TestTablesOfFaults(t *testing.T) {
	const least = 150
	by := map[string]string{}
	for _, tc := range badCases {
		other, twice := by[tc.yaml]
		assert.Check(t, !twice, "%s is %s again", tc.name, other)
		by[tc.yaml] = tc.name
	}
	assert.Assert(t, len(by) >= least, "only %d wrong configurations", len(by))
}

func TestParseFaultsOfEnvironment(t *testing.T) {
	const good = head + "guests: {a: {shares: [{tag: t, source: ~/x}]}}\n"
	cases := []struct {
		name   string
		change func(*Environment)
		want   string
	}{
		{"connection", func(e *Environment) { e.Connection = "lab" },
			"vmprov.yaml:1:1: $LIBVIRT_DEFAULT_URI: must be a libvirt URI such as qemu:///system, got `lab`"},
		{"owner without a home", func(e *Environment) { e.Owner = Owner{UID: 7, Name: "7"} },
			"vmprov.yaml:3:40: guests.a.shares[0].source: must not start with `~`, as the file's owner 7 has no home, got `~/x`"},
		{"file as messages name it", func(e *Environment) { e.Shown, e.Connection = "", "lab" },
			"/srv/lab/vmprov.yaml:1:1: $LIBVIRT_DEFAULT_URI: must be a libvirt URI such as qemu:///system, got `lab`"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			env := testEnvironment
			tc.change(&env)
			_, err := Parse([]byte(good), env)
			assert.Error(t, err, tc.want)
		})
	}
}
