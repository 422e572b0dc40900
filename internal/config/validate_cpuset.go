// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"strconv"
	"strings"
)

const (
	// maxHostCPU is the highest number in a set of CPUs or nodes of the host
	// (VIR_DOMAIN_CPUMASK_LEN of libvirt, less one).
	maxHostCPU = 16383
	// maxSetText is far longer than a set is that someone reads.
	maxSetText = 1024
	wordBits   = 64
)

// cpuSetForm is libvirt's <cpuset>: numbers, ranges, and `^` for one to leave out.
var cpuSetForm = regexp.MustCompile(`^([0-9]+(-[0-9]+)?)(,([0-9]+(-[0-9]+)?|\^[0-9]+))*$`)

// numbers is a set of numbers from 0 to maxHostCPU. A file can name a great
// many of them in few letters, so it is of fixed size.
type numbers [(maxHostCPU + 1) / wordBits]uint64

func (s *numbers) add(n int)      { s[n/wordBits] |= 1 << (n % wordBits) }
func (s *numbers) remove(n int)   { s[n/wordBits] &^= 1 << (n % wordBits) }
func (s *numbers) has(n int) bool { return s[n/wordBits]&(1<<(n%wordBits)) != 0 }

// addRange adds the numbers from first to last.
func (s *numbers) addRange(first, last int) {
	for n := first; n <= last; n++ {
		if n%wordBits == 0 && n+wordBits-1 <= last {
			s[n/wordBits] = ^uint64(0)
			n += wordBits - 1
			continue
		}
		s.add(n)
	}
}

// minus is what is in s and not in other; and what is in both.
func (s *numbers) minus(other *numbers) (rest, both numbers) {
	for i := range s {
		rest[i], both[i] = s[i]&^other[i], s[i]&other[i]
	}
	return rest, both
}

func (s *numbers) isEmpty() bool { return *s == numbers{} }

// String is the set as a file writes it, in ranges.
func (s *numbers) String() string {
	var parts []string
	for n := 0; n <= maxHostCPU; n++ {
		if !s.has(n) {
			continue
		}
		first := n
		for n < maxHostCPU && s.has(n+1) {
			n++
		}
		part := strconv.Itoa(first)
		if n > first {
			part += "-" + strconv.Itoa(n)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

// cpuSet reads a set of numbers such as 0-3,^2,8. It is false where the text
// is none, a range runs backwards or nothing is left.
func cpuSet(text string) (set numbers, ok bool) {
	if len(text) > maxSetText || !cpuSetForm.MatchString(text) {
		return set, false
	}
	for part := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(strings.TrimPrefix(part, "^"), "-")
		if !ranged {
			last = first
		}
		from, errFrom := strconv.Atoi(first)
		to, errTo := strconv.Atoi(last)
		switch {
		case errFrom != nil || errTo != nil || from > to || to > maxHostCPU:
			return set, false
		case part[0] == '^':
			set.remove(from)
		default:
			set.addRange(from, to)
		}
	}
	return set, !set.isEmpty()
}

// hostSet checks a set of CPUs or nodes of the host; what names them.
func (v validator) hostSet(at, what, text string) {
	if !v.layout.said(at) {
		return
	}
	if _, ok := cpuSet(text); !ok {
		v.value(at, "must be %s of the host such as 2, 4-7 or 0-3,^2, at most %d, got %s", what, maxHostCPU, quote(text))
	}
}

// plainNumber reads a key that is a number, written the one way that there is.
func plainNumber(key string) (int, bool) {
	n, err := strconv.Atoi(key)
	return n, err == nil && strconv.Itoa(n) == key
}
