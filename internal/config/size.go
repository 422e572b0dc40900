// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// maxSize is the largest size: libvirt and QEMU count bytes in a signed 64-bit number.
const maxSize = math.MaxInt64

// units are the binary units, the largest first.
var units = []struct {
	name  string
	bytes uint64
}{
	{"TiB", 1 << 40},
	{"GiB", 1 << 30},
	{"MiB", 1 << 20},
	{"KiB", 1 << 10},
}

var sizeForm = regexp.MustCompile(`^([0-9]+)([A-Za-z]*)$`)

// ParseSize reads a number of bytes, or a whole number with a binary unit.
func ParseSize(text string) (Size, error) {
	parts := sizeForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, errors.New("must be a whole number with a unit, such as 4GiB or 512MiB")
	}
	factor, err := factorOf(parts[2], parts[1])
	if err != nil {
		return 0, err
	}
	number, err := strconv.ParseUint(parts[1], 10, 64)
	if err != nil || number > maxSize/factor {
		return 0, errors.New("must be less than 8EiB")
	}
	return Size(number * factor), nil
}

// factorOf is how many bytes a unit has.
func factorOf(unit, number string) (uint64, error) {
	if unit == "" {
		return 1, nil
	}
	for _, u := range units {
		if unit == u.name {
			return u.bytes, nil
		}
	}
	letter := strings.ToUpper(unit[:1])
	for _, u := range units {
		if letter != u.name[:1] {
			continue
		}
		if strings.EqualFold(unit, letter+"B") {
			return 0, fmt.Errorf("must have a binary unit: %s is decimal, write %s", unit, number+u.name)
		}
		return 0, fmt.Errorf("must have a unit of KiB, MiB, GiB or TiB: write %s", number+u.name)
	}
	return 0, errors.New("must have a unit of KiB, MiB, GiB or TiB")
}

// String is the size in the largest binary unit that holds it exactly.
func (s Size) String() string {
	for _, u := range units {
		if s != 0 && uint64(s)%u.bytes == 0 {
			return strconv.FormatUint(uint64(s)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatUint(uint64(s), 10)
}

// Rounded is the size for a reader who does not count with it, cut to a whole
// number of the largest unit of which it has ten, or is a multiple.
func (s Size) Rounded() string {
	for _, u := range units {
		if exact := s != 0 && uint64(s)%u.bytes == 0; exact || uint64(s) >= 10*u.bytes {
			return strconv.FormatUint(uint64(s)/u.bytes, 10) + u.name
		}
	}
	return s.String()
}

// MarshalText is String: what a configuration would say.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSize.
func (s *Size) UnmarshalText(text []byte) error {
	size, err := ParseSize(string(text))
	if err != nil {
		return fmt.Errorf("read size %s: %w", quote(string(text)), err)
	}
	*s = size
	return nil
}

// MarshalJSON is the number of bytes, for programs that count with it.
func (s Size) MarshalJSON() ([]byte, error) { return strconv.AppendUint(nil, uint64(s), 10), nil }

// UnmarshalJSON takes a number of bytes, or a string as a configuration has it.
func (s *Size) UnmarshalJSON(data []byte) error {
	return s.UnmarshalText([]byte(strings.Trim(string(data), `"`)))
}
