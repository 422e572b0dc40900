// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"vmprov/internal/config"
	"vmprov/internal/run"
)

func metricsFlag() cli.Flag {
	return &cli.StringFlag{Name: "metrics", Category: groupHow, Usage: "write how it went to `FILE` for Prometheus (*.prom)"}
}

// measured is one run of a command, for a monitor.
type measured struct {
	project, command string
	end              time.Time
	took             time.Duration
	exit             int
	guests           []run.Result
}

// measure writes the metrics of a run that ended in err, where they are asked for.
func (p *program) measure(c *cli.Context, began time.Time, summary *run.Summary, err error) error {
	path := c.String("metrics")
	if path == "" || c.Bool("dry-run") {
		return nil
	}
	end := p.now()
	m := measured{command: c.Command.Name, end: end, took: end.Sub(began), exit: p.codeOf(c.Context, err)}
	if summary != nil {
		m.project, m.guests = summary.Project, summary.Guests
	} else {
		m.project = p.projectNamed(c)
	}
	if err := writeMetrics(path, m.text()); err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	return nil
}

// projectNamed is the project of a command that did not get far enough to say;
// empty where its configuration cannot be read.
func (p *program) projectNamed(c *cli.Context) string {
	if name := c.String("project"); name != "" {
		return name
	}
	s, err := p.selection(c)
	if err != nil {
		return ""
	}
	f, err := p.verbs.validate(cmp.Or(s.Config, config.DefaultFile))
	if err != nil {
		return ""
	}
	return f.Project
}

// text is the metrics in Prometheus' text format.
func (m measured) text() string {
	var b strings.Builder
	of := labels{{"project", m.project}, {"command", m.command}}
	gauge := func(name, help string) {
		fmt.Fprintf(&b, "# HELP vmprov_%[1]s %[2]s\n# TYPE vmprov_%[1]s gauge\n", name, help)
	}
	value := func(name string, l labels, v float64) {
		fmt.Fprintf(&b, "vmprov_%s%s %s\n", name, l, strconv.FormatFloat(v, 'f', -1, 64))
	}
	success := 0.0
	if m.exit == ExitDone {
		success = 1
	}
	gauge("last_run_timestamp_seconds", "When the last run ended.")
	value("last_run_timestamp_seconds", of, float64(m.end.Unix()))
	gauge("run_duration_seconds", "How long the last run took.")
	value("run_duration_seconds", of, m.took.Round(time.Millisecond).Seconds())
	gauge("run_success", "Whether the last run did all that was asked for.")
	value("run_success", of, success)
	gauge("run_exit_status", "The exit status of the last run.")
	value("run_exit_status", of, float64(m.exit))
	if len(m.guests) == 0 {
		return b.String()
	}
	gauge("guest_result", "What became of a guest in the last run; always 1.")
	for _, g := range m.guests {
		value("guest_result", append(slices.Clone(of), label{"guest", g.Guest}, label{"outcome", g.Outcome}), 1)
	}
	gauge("guest_duration_seconds", "How long the last run worked on a guest.")
	for _, g := range m.guests {
		value("guest_duration_seconds", append(slices.Clone(of), label{"guest", g.Guest}), g.Seconds)
	}
	return b.String()
}

type label struct{ name, value string }

type labels []label

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (l labels) String() string {
	var words []string
	for _, label := range l {
		words = append(words, label.name+`="`+labelEscapes.Replace(label.value)+`"`)
	}
	return "{" + strings.Join(words, ",") + "}"
}

// writeMetrics puts a text in the place of a file at once, readable for all: the
// collector is another user. The file that is written meanwhile does not end in
// .prom, so it is not collected.
func writeMetrics(path, text string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.WriteString(text)
	err = cmp.Or(err, f.Chmod(0o644), f.Sync())
	if err = cmp.Or(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
