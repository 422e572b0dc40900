// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"unicode/utf8"
)

// screen is as much of a terminal as the live display uses: it wraps, is
// resized, and knows cursor up, erase line, erase below and colours. Anything
// else panics. It has no bottom.
type screen struct {
	width int
	lines [][]rune
	// soft marks lines that go on in the next one, as they were wrapped.
	soft map[int]bool
	x, y int
}

func newScreen(width int) *screen {
	return &screen{width: width, lines: [][]rune{nil}, soft: map[int]bool{}}
}

var control = regexp.MustCompile(`^\x1b\[(\d*)([A-Za-z])`)

func (s *screen) Write(b []byte) (int, error) {
	for text := string(b); text != ""; {
		if m := control.FindStringSubmatch(text); m != nil {
			s.control(m[1], m[2])
			text = text[len(m[0]):]
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		s.put(r)
	}
	return len(b), nil
}

func (s *screen) control(arg, name string) {
	switch name {
	case "A":
		var n int
		fmt.Sscan(arg, &n)
		if n > s.y {
			panic("cursor above the screen")
		}
		s.y -= n
	case "K":
		s.lines[s.y] = s.lines[s.y][:min(s.x, len(s.lines[s.y]))]
		delete(s.soft, s.y)
	case "J":
		s.lines = s.lines[:s.y+1]
		s.lines[s.y] = s.lines[s.y][:min(s.x, len(s.lines[s.y]))]
		maps.DeleteFunc(s.soft, func(y int, _ bool) bool { return y >= s.y })
	case "m":
	default:
		panic("unknown control " + name)
	}
}

func (s *screen) put(r rune) {
	switch r {
	case '\r':
		s.x = 0
	case '\n':
		s.x = 0
		s.down()
	default:
		if s.x == s.width {
			s.soft[s.y] = true
			s.x = 0
			s.down()
		}
		for len(s.lines[s.y]) <= s.x {
			s.lines[s.y] = append(s.lines[s.y], ' ')
		}
		s.lines[s.y][s.x] = r
		s.x++
	}
}

func (s *screen) down() {
	s.y++
	if s.y == len(s.lines) {
		s.lines = append(s.lines, nil)
	}
}

// resize wraps all lines anew, as terminals do. The cursor stands in the first
// column of the last line.
func (s *screen) resize(width int) {
	if width == s.width {
		return
	}
	var logical []string
	joined := ""
	for i, l := range s.lines {
		joined += string(l)
		if !s.soft[i] {
			logical, joined = append(logical, joined), ""
		}
	}
	*s = *newScreen(width)
	fmt.Fprint(s, strings.Join(logical, "\n"))
}

func (s *screen) String() string {
	var b strings.Builder
	for i, l := range s.lines {
		b.WriteString(strings.TrimRight(string(l), " "))
		if i < len(s.lines)-1 {
			b.WriteString("\n")
		}
	}
	return b.String()
}
