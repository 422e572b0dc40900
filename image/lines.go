// SPDX-License-Identifier: Apache-2.0

package image

import (
	"bytes"
	"io"
	"strings"

	"vmprov/internal/foreign"
)

// Limits of what a build may print into memory or onto a terminal.
const (
	tailLines    = 40
	longestLine  = 8 << 10 // bytes; a longer one is cut into several
	longestShown = 2000    // runes
)

// lines takes what nix prints on standard error: it passes all to the log,
// each line, made printable, to each, and keeps the last ones.
type lines struct {
	log     io.Writer
	each    func(string)
	partial []byte
	tail    []string
}

// Write never fails: a full disk must not look like a failed build.
func (l *lines) Write(p []byte) (int, error) {
	l.log.Write(p)
	l.partial = append(l.partial, p...)
	for {
		end := bytes.IndexAny(l.partial, "\n\r")
		if end < 0 && len(l.partial) <= longestLine {
			return len(p), nil
		}
		if end < 0 {
			l.line(l.partial[:longestLine])
			l.partial = l.partial[longestLine:]
			continue
		}
		l.line(l.partial[:end])
		l.partial = l.partial[end+1:]
	}
}

// flush takes in a last line that has no end.
func (l *lines) flush() {
	l.line(l.partial)
	l.partial = nil
}

func (l *lines) line(raw []byte) {
	text := foreign.Line(strings.ReplaceAll(string(raw), "\t", "    "), longestShown)
	if strings.TrimSpace(text) == "" {
		return
	}
	l.each(text)
	l.tail = append(l.tail, text)
	if len(l.tail) > tailLines {
		l.tail = l.tail[1:]
	}
}

// reason is nix's own last word on a failure.
func reason(tail []string) string {
	const mark = "error:"
	for i := len(tail) - 1; i >= 0; i-- {
		line := strings.TrimSpace(tail[i])
		if text, ok := strings.CutPrefix(line, mark); ok && strings.TrimSpace(text) != "" {
			return strings.TrimSpace(text)
		}
	}
	if len(tail) > 0 {
		return strings.TrimSpace(tail[len(tail)-1])
	}
	return ""
}
