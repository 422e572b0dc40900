// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"strconv"
	"strings"
)

// maxHostCPU is the highest number in a set of CPUs or nodes of the host
// (VIR_DOMAIN_CPUMASK_LEN of libvirt, less one).
const maxHostCPU = 16383

// cpuSetForm is libvirt's <cpuset>: numbers, ranges, and `^` for one to leave out.
var cpuSetForm = regexp.MustCompile(`^([0-9]+(-[0-9]+)?)(,([0-9]+(-[0-9]+)?|\^[0-9]+))*$`)

// cpuSet reads a set of numbers such as 0-3,^2,8. It is false where the text
// is none, a range runs backwards or nothing is left.
func cpuSet(text string) (map[int]bool, bool) {
	if !cpuSetForm.MatchString(text) {
		return nil, false
	}
	set := map[int]bool{}
	for part := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(strings.TrimPrefix(part, "^"), "-")
		if !ranged {
			last = first
		}
		from, errFrom := strconv.Atoi(first)
		to, errTo := strconv.Atoi(last)
		if errFrom != nil || errTo != nil || from > to || to > maxHostCPU {
			return nil, false
		}
		for n := from; n <= to; n++ {
			if set[n] = true; part[0] == '^' {
				delete(set, n)
			}
		}
	}
	return set, len(set) > 0
}

// hostSet checks a set of CPUs or nodes of the host; what names them.
func (v validator) hostSet(at, what, text string) {
	if _, ok := cpuSet(text); !ok && v.layout.said(at) {
		v.value(at, "must be %s of the host such as 2, 4-7 or 0-3,^2, at most %d, got %s", what, maxHostCPU, quote(text))
	}
}

// setWords is a set of numbers up to most as a file writes it, in ranges.
func setWords(set map[int]bool, most int) string {
	var parts []string
	for n := 0; n <= most; n++ {
		if !set[n] {
			continue
		}
		first := n
		for set[n+1] && n < most {
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

// plainNumber reads a key that is a number, written the one way that there is.
func plainNumber(key string) (int, bool) {
	n, err := strconv.Atoi(key)
	return n, err == nil && strconv.Itoa(n) == key
}
