// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"vmprov/internal/run"
)

// writeSummary is the result of a changing verb: the plan of a dry run, one
// line where nothing was to be done, else a table.
func writeSummary(w io.Writer, verb string, s *run.Summary) error {
	switch {
	case s.Plan != "":
		return writeText(w, s.Plan)
	case len(s.Guests) == 0:
		_, err := fmt.Fprintf(w, "%s: nothing to %s\n", s.Project, verb)
		return err
	case !s.Changed && allUnchanged(s.Guests):
		_, err := fmt.Fprintf(w, "%s: no changes, %s\n", s.Project, count(len(s.Guests), "guest"))
		return err
	}
	head := []string{"GUEST", "OUTCOME", "ADDRESS", "SECONDS", "DETAIL"}
	if verb == "recycle" {
		head = []string{"GUEST", "OUTCOME", "OLD IMAGE", "NEW IMAGE", "SECONDS", "DETAIL"}
	}
	var rows [][]string
	for _, g := range s.Guests {
		detail := g.Detail
		if g.Error != "" {
			detail = g.Error
		}
		seconds := ""
		if g.Seconds > 0 {
			seconds = fmt.Sprintf("%.1f", g.Seconds)
		}
		row := []string{g.Guest, g.Outcome, g.Address, seconds, detail}
		if verb == "recycle" {
			row = []string{g.Guest, g.Outcome, imageWords(g.OldImage), newImageWords(g), seconds, detail}
		}
		rows = append(rows, row)
	}
	return writeTable(w, head, rows)
}

// hashDigits tell store paths apart for a person.
const hashDigits = 8

// imageWords is an image for a column: the name of a store path with the
// beginning of its hash.
func imageWords(image string) string {
	name, found := strings.CutPrefix(image, "/nix/store/")
	hash, rest, cut := strings.Cut(name, "-")
	if !found || !cut || len(hash) <= hashDigits {
		return image
	}
	return hash[:hashDigits] + "-" + rest
}

// newImageWords is the image that a recycle takes a guest to, where it is another one.
func newImageWords(g run.Result) string {
	if g.OldImage == g.NewImage && g.NewImage != "" {
		return "the same"
	}
	return imageWords(g.NewImage)
}

// allUnchanged: a guest with something to say about it is worth a table.
func allUnchanged(guests []run.Result) bool {
	for _, g := range guests {
		if g.Outcome != "unchanged" || g.Detail != "" || g.Error != "" {
			return false
		}
	}
	return true
}

func writeStatus(w io.Writer, s *run.StatusReport) error {
	if len(s.Guests) == 0 {
		fmt.Fprintf(w, "%s: no guests\n", s.Project)
	} else {
		var rows [][]string
		for _, g := range s.Guests {
			rows = append(rows, []string{g.Guest, g.State, g.Address, g.Kernel, cmp.Or(g.Image, g.Closure)})
		}
		if err := writeTable(w, []string{"GUEST", "STATE", "ADDRESS", "KERNEL", "IMAGE"}, rows); err != nil {
			return err
		}
	}
	for _, g := range s.Guests {
		for _, note := range g.Notes {
			fmt.Fprintf(w, "%s: %s\n", g.Guest, indentRest(clean(note)))
		}
	}
	for _, note := range s.Notes {
		fmt.Fprintf(w, "%s: %s\n", programName, indentRest(clean(note)))
	}
	return nil
}

func writePlan(w io.Writer, p *run.PlanResult) error {
	if strings.TrimSpace(p.Text) == "" {
		_, err := fmt.Fprintf(w, "%s: no changes\n", p.Project)
		return err
	}
	return writeText(w, p.Text)
}

// writeText is a text of several lines, cleaned, with one line end.
func writeText(w io.Writer, text string) error {
	_, err := fmt.Fprintln(w, strings.TrimRight(clean(text), "\n"))
	return err
}

// writeBuild is NAME PATH and nothing else, for scripts.
func writeBuild(w io.Writer, images []builtImage) error {
	for _, a := range images {
		if _, err := fmt.Fprintf(w, "%s %s\n", a.Name, a.Path); err != nil {
			return err
		}
	}
	return nil
}

// writeXML names the guests only where there are several, so that the XML of
// one is a document that other programs take.
func writeXML(w io.Writer, guests []run.GuestXML) error {
	for _, g := range guests {
		if len(guests) > 1 {
			fmt.Fprintf(w, "<!-- %s -->\n", g.Guest)
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(g.XML, "\n")); err != nil {
			return err
		}
	}
	return nil
}

// writeChecks is a line a check, with what to do below it.
func writeChecks(w io.Writer, s style, checks []run.Check) error {
	levels := map[string]func(string) string{"ok": s.good, "warning": s.warn, "error": s.bad}
	for _, c := range checks {
		level := fmt.Sprintf("%-7s", c.Level)
		if paint := levels[c.Level]; paint != nil {
			level = paint(level)
		}
		if _, err := fmt.Fprintf(w, "%s  %s\n", level, withReason(clean(c.Name), strings.ReplaceAll(clean(c.Detail), "\n", "\n         "))); err != nil {
			return err
		}
		if c.Hint != "" {
			fmt.Fprintf(w, "         %s %s\n", s.hint("hint:"), strings.ReplaceAll(clean(c.Hint), "\n", "\n         "))
		}
	}
	return nil
}

// failedChecks is the error of a doctor that found one.
func failedChecks(checks []run.Check) error {
	failed := 0
	for _, c := range checks {
		if c.Level == "error" {
			failed++
		}
	}
	if failed == 0 {
		return nil
	}
	return fmt.Errorf("check host: %d of %s failed", failed, count(len(checks), "check"))
}
