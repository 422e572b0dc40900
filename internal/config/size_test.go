// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

func TestSize(t *testing.T) {
	cases := []struct {
		text  string
		bytes uint64
		words string
	}{
		{"0", 0, "0"},
		{"1", 1, "1"},
		{"1000", 1000, "1000"},
		{"1024", 1024, "1KiB"},
		{"1536", 1536, "1536"},
		{"1536KiB", 1536 << 10, "1536KiB"},
		{"1024MiB", 1 << 30, "1GiB"},
		{"4GiB", 4 << 30, "4GiB"},
		{"1025GiB", 1025 << 30, "1025GiB"},
		{"2TiB", 2 << 40, "2TiB"},
		{"8388607TiB", 8388607 << 40, "8388607TiB"},
		{"9223372036854775807", math.MaxInt64, "9223372036854775807"},
	}
	for _, tc := range cases {
		t.Run(tc.text, func(t *testing.T) {
			size, err := ParseSize(tc.text)
			assert.NilError(t, err)
			assert.Equal(t, uint64(size), tc.bytes)
			assert.Equal(t, size.String(), tc.words)
			again, err := ParseSize(size.String())
			assert.NilError(t, err)
			assert.Equal(t, again, size)
		})
	}
}

func TestSizeRefuses(t *testing.T) {
	for _, text := range []string{"", "GiB", "1.5GiB", "-1", "+1", "4GB", "4G", "4gib", "4 GiB", "9223372036854775808", "99999999999999999999", "1EiB", "0x10", "４GiB"} {
		_, err := ParseSize(text)
		assert.Check(t, err != nil, "%q", text)
	}
}

func TestSizeMarshals(t *testing.T) {
	text, err := json.Marshal(Size(4 << 30))
	assert.NilError(t, err)
	assert.Equal(t, string(text), "4294967296")
	for _, from := range []string{"4294967296", `"4GiB"`} {
		var size Size
		assert.NilError(t, json.Unmarshal([]byte(from), &size))
		assert.Equal(t, size, Size(4<<30))
	}
	var size Size
	assert.ErrorContains(t, json.Unmarshal([]byte(`"4GB"`), &size), "read size `4GB`: must have a binary unit: GB is decimal, write 4GiB")
	word, err := Size(512 << 20).MarshalText()
	assert.NilError(t, err)
	assert.Equal(t, string(word), "512MiB")
}

func TestDuration(t *testing.T) {
	cases := []struct {
		text  string
		span  time.Duration
		words string
	}{
		{"0s", 0, "0s"},
		{"90s", 90 * time.Second, "1m30s"},
		{"5m", 5 * time.Minute, "5m"},
		{"60m", time.Hour, "1h"},
		{"1h30m", 90 * time.Minute, "1h30m"},
		{"10m", 10 * time.Minute, "10m"},
		{"20h", 20 * time.Hour, "20h"},
		{"1h0m5s", time.Hour + 5*time.Second, "1h0m5s"},
		{"250ms", 250 * time.Millisecond, "250ms"},
	}
	for _, tc := range cases {
		t.Run(tc.text, func(t *testing.T) {
			d, err := ParseDuration(tc.text)
			assert.NilError(t, err)
			assert.Equal(t, time.Duration(d), tc.span)
			assert.Equal(t, d.String(), tc.words)
			text, err := json.Marshal(d)
			assert.NilError(t, err)
			assert.Equal(t, string(text), `"`+tc.words+`"`)
			var back Duration
			assert.NilError(t, json.Unmarshal(text, &back))
			assert.Equal(t, back, d)
		})
	}
	var d Duration
	assert.ErrorContains(t, json.Unmarshal([]byte(`"soon"`), &d), "read duration `soon`")
}

func TestSizeRounded(t *testing.T) {
	for size, want := range map[Size]string{
		0: "0", 1000: "1000", 4 << 30: "4GiB", 246815600 << 10: "235GiB", 10 << 40: "10TiB", 12<<20 + 5: "12MiB",
	} {
		assert.Equal(t, size.Rounded(), want)
	}
}
