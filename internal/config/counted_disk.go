// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// placeholder is what may stand for a counted disk's own number.
var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// maxDiskCount is the most disks of one count.
const maxDiskCount = 256

// Placeholders of a counted disk: the first counts from 0, the second from 1.
const (
	indexPlaceholder  = "{index}"
	numberPlaceholder = "{number}"
)

// counted are the keys of a disk in which placeholders are replaced.
func (d *Disk) counted() map[string]*string {
	return map[string]*string{
		"serial": &d.Serial, "path": &d.Path, "wwn": &d.WWN, "controller": &d.Controller, "target": &d.Target,
	}
}

// expandDisks is every disk that a list declares, counted ones as NAME-1 to
// NAME-N, and for each the place in the list that declares it.
func expandDisks(declared []Disk) (disks []Disk, from []int) {
	for i, d := range declared {
		if d.Count == nil {
			disks, from = append(disks, d), append(from, i)
			continue
		}
		for n := range d.times() {
			disks, from = append(disks, d.numbered(n)), append(from, i)
		}
	}
	return disks, from
}

// numbered is the disk of a count with an index from 0.
func (d Disk) numbered(index int) Disk {
	number := strconv.Itoa(index + 1)
	replace := strings.NewReplacer(indexPlaceholder, strconv.Itoa(index), numberPlaceholder, number)
	d.Name, d.Count = fmt.Sprintf("%s-%s", d.Name, number), nil
	for _, text := range d.counted() {
		*text = replace.Replace(*text)
	}
	return d
}

// disksNamed are the names of disks that a list of names stands for: the one of a
// counted disk for all of its disks.
func disksNamed(declared []Disk, names []string) []string {
	var out []string
	for _, name := range names {
		i := slices.IndexFunc(declared, func(d Disk) bool { return d.Name == name })
		if i < 0 || declared[i].Count == nil {
			out = append(out, name)
			continue
		}
		for n := range declared[i].times() {
			out = append(out, declared[i].numbered(n).Name)
		}
	}
	return out
}

// amountOf is how many disks a list declares, without making them.
func amountOf(declared []Disk) int {
	amount := 0
	for _, d := range declared {
		amount += d.times()
	}
	return amount
}

// times is how many disks a declared one stands for. A count that is refused
// already is kept to what may be.
func (d Disk) times() int {
	if d.Count == nil {
		return 1
	}
	return min(max(*d.Count, 1), maxDiskCount)
}

// placeholders checks what a declared disk writes in braces.
func (v validator) placeholders(d Disk, at string) {
	for key, text := range d.counted() {
		for _, word := range placeholder.FindAllString(*text, -1) {
			known := slices.Contains([]string{indexPlaceholder, numberPlaceholder}, word)
			switch {
			case d.Count != nil && !known:
				v.unknown(at+"."+key, "must have no placeholder but {index}, from 0, and {number}, from 1, got %s", quote(word))
			case d.Count == nil && known && !v.isBroken(at+".count"):
				v.unknown(at+"."+key, "must only have the placeholder %s with `count`", quote(word))
			}
		}
	}
}

// unknown records a fault of the value at path, which no other rule judges
// then: what it stands for is unknown.
func (v validator) unknown(path, format string, args ...any) {
	if !v.isBroken(path) {
		v.undecodable(v.layout.valueAt(path), path, format, args...)
	}
}
