// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	modeCustom          = "custom"
	modeHostPassthrough = "host-passthrough"
)

var (
	cpuModelForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
	featureForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]*$`)
)

// featurePolicies are libvirt's (<feature policy=”>).
var featurePolicies = []string{"force", "require", "optional", "disable", "forbid"}

// processor checks the CPU of a family's guests and how many there are.
func (v validator) processor(f family) {
	if g := f.spec; f.said("maxCPUs") && g.MaxCPUs < g.CPUs && !v.isBroken(f.at("cpus")) {
		v.value(f.at("maxCPUs"), "must not be less than cpus %d, got %d", g.CPUs, g.MaxCPUs)
	}
	if f.spec.CPU == nil || v.isBroken(f.at("cpu")) {
		return
	}
	v.cpuModel(f)
	v.topology(f)
	v.features(f)
	v.nested(f)
}

// possibleCPUs is how many CPUs a guest may come to have.
func possibleCPUs(g Guest) int { return max(g.MaxCPUs, g.CPUs) }

func (v validator) cpuModel(f family) {
	c, at := f.spec.CPU, f.at("cpu.model")
	if v.isBroken(f.at("cpu.mode")) || v.isBroken(at) {
		return
	}
	switch {
	case f.said("cpu.model") && !cpuModelForm.MatchString(c.Model):
		v.value(at, "must be the name of a CPU model such as EPYC-Milan, got %s", quote(c.Model))
	case c.Model != "" && c.Mode != "" && c.Mode != modeCustom:
		v.key(at, "must only be given with mode custom, got mode %s", c.Mode)
	case c.Model == "" && c.Mode == modeCustom:
		v.key(at, "is required with mode custom")
	}
	if c.Mode == modeHostPassthrough && f.spec.Accelerator == "tcg" {
		v.value(f.at("cpu.mode"), "must not be host-passthrough with accelerator tcg, which emulates the CPU; maximum is the most that it has")
	}
}

// topology checks that all CPUs have a place, and no place is empty.
func (v validator) topology(f family) {
	c := f.spec.CPU
	levels := []struct {
		key   string
		value int
	}{{"sockets", c.Sockets}, {"dies", c.Dies}, {"cores", c.Cores}, {"threads", c.Threads}}
	from, all, words := "", 1, []string{}
	for _, level := range levels {
		at := f.at("cpu." + level.key)
		if v.isBroken(at) {
			return
		}
		if from == "" && f.layout.said(at) {
			from = at
		}
		n := cmp.Or(level.value, 1)
		// The product stays one that an int can hold.
		all = min(all, maxCPUs+1) * min(n, maxCPUs+1)
		words = append(words, fmt.Sprintf("%d %s", n, level.key))
	}
	if from == "" || v.isBroken(f.at("cpus")) || v.isBroken(f.at("maxCPUs")) {
		return
	}
	if want := possibleCPUs(f.spec); all != want {
		key := "cpus"
		if f.said("maxCPUs") {
			key = "maxCPUs"
		}
		v.value(from, "must make the %d CPUs of `%s` when multiplied, got %s", want, key, strings.Join(words, " x "))
	}
}

func (v validator) features(f family) {
	at := f.at("cpu.features")
	for _, name := range sortedKeys(f.spec.CPU.Features) {
		here, policy := join(at, name), f.spec.CPU.Features[name]
		if !featureForm.MatchString(name) {
			v.key(here, "must be the name of a CPU feature such as avx2 or la57, got %s", quote(name))
			continue
		}
		if !slices.Contains(featurePolicies, policy) {
			v.value(here, "must be one of %s, got %s%s", strings.Join(featurePolicies, ", "), quote(policy), didYouMean(policy, featurePolicies))
		}
	}
}

func (v validator) nested(f family) {
	if at := f.at("cpu.nested"); f.layout.said(at) && f.spec.Arch == "aarch64" {
		v.key(at, "must not be given with arch aarch64, whose CPU has neither vmx nor svm")
	}
}
