// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"io"
)

// newRunID is a short name for one run of a changing command, for whoever reads
// a log in which several runs are mixed.
func newRunID() string {
	id := make([]byte, 3)
	_, _ = rand.Read(id) // it does not fail (crypto/rand)
	return hex.EncodeToString(id)
}

// beginRun gives a changing command its id. On a terminal one command is seen
// at a time and it is left out; in a log each line begins with it, so that one
// `grep` tells a run from another and from a timer's that met it.
func (p *program) beginRun() {
	if p.newRun == nil {
		return
	}
	p.runID = p.newRun()
	if _, tty := terminal(p.err); !tty {
		p.log = &linePrefix{w: p.err, prefix: "[" + p.runID + "] "}
	}
}

// lines is where events and errors go: stderr, with the id of the run where it
// is a log.
func (p *program) lines() io.Writer {
	if p.log != nil {
		return p.log
	}
	return p.err
}

// linePrefix begins each line with a prefix. Each call is one write, so that
// whole lines are not mixed with those of another process.
type linePrefix struct {
	w      io.Writer
	prefix string
	inside bool // the last write ended within a line
}

func (l *linePrefix) Write(b []byte) (int, error) {
	var out bytes.Buffer
	for line := range bytes.Lines(b) {
		if !l.inside {
			out.WriteString(l.prefix)
		}
		out.Write(line)
		l.inside = line[len(line)-1] != '\n'
	}
	if _, err := l.w.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(b), nil
}
