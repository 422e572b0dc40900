// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"slices"
	"strings"

	"github.com/xrash/smetrics"
)

// Nearest is the word among those given that a mistyped word most likely
// means, by edit distance without regard to case and `_`; the first of
// equals. It is empty where none is near.
func Nearest(word string, among []string) string {
	typed := fold(word)
	best, distance := "", allowance(typed)+1
	for _, candidate := range among {
		folded := fold(candidate)
		if abs(len(folded)-len(typed)) >= distance {
			continue
		}
		if d := edits(typed, folded); d < distance {
			best, distance = candidate, d
		}
	}
	if best != "" || len(typed) < 3 {
		return best
	}
	// An abbreviation: mem for memory.
	i := slices.IndexFunc(among, func(c string) bool { return strings.HasPrefix(fold(c), typed) })
	if i < 0 {
		return ""
	}
	return among[i]
}

// edits is the edit distance of two words; two letters swapped, the most
// common slip of the hand, count as one.
func edits(a, b string) int {
	for i := range len(a) - 1 {
		if a[:i]+a[i+1:i+2]+a[i:i+1]+a[i+2:] == b {
			return 1
		}
	}
	return smetrics.WagnerFischer(a, b, 1, 1, 1)
}

// allowance is how many edits a word may be away; never all of its letters.
func allowance(word string) int {
	switch n := len(word); {
	case n <= 1:
		return 0
	case n <= 3:
		return 1
	case n <= 8:
		return 2
	default:
		return 3
	}
}

func fold(word string) string {
	return strings.ToLower(strings.ReplaceAll(word, "_", ""))
}

func abs(n int) int { return max(n, -n) }

// didYouMean is the end of a message that suggests the nearest word, or empty.
func didYouMean(word string, among []string) string {
	if near := Nearest(word, among); near != "" {
		return "; did you mean " + quote(near) + "?"
	}
	return ""
}

// unknownKey is the message for a key that a struct type does not have, and
// the key that was meant, if that is clear.
func unknownKey(key string, t reflect.Type) (message, meant string) {
	if near := Nearest(key, keysOf(t)); near != "" {
		return "unknown key; did you mean " + quote(near) + "?", near
	}
	var places []string
	here := "this place"
	for _, level := range levels {
		switch {
		case level.of == t:
			here = level.words
		case slices.Contains(keysOf(level.of), key):
			places = append(places, level.words)
		}
	}
	if len(places) > 0 {
		return "unknown key; it is a key of " + listed(places) + ", not of " + here, ""
	}
	return "unknown key; known here: " + strings.Join(keysOf(t), ", "), ""
}

// listed are words as a sentence has them: a, b and c.
func listed(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
