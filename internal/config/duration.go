// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ParseDuration reads a span of time as Go writes it: 5m, 90s, 1h30m.
func ParseDuration(text string) (Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, errors.New("must be a duration with its unit, such as 5m or 90s")
	}
	return Duration(d), nil
}

// String is the span without the zero units that Go appends: 5m, not 5m0s.
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText is String; JSON uses it too.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDuration.
func (d *Duration) UnmarshalText(text []byte) error {
	span, err := ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("read duration %s: %w", quote(string(text)), err)
	}
	*d = span
	return nil
}
