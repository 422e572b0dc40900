// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// writeTable aligns rows under their header. A column that is empty in every
// row is left out, a single empty cell is a dash, so that a script that splits
// at spaces finds its columns. Every cell is cleaned.
func writeTable(w io.Writer, header []string, rows [][]string) error {
	var columns []int
	for i := range header {
		for _, r := range rows {
			if r[i] != "" {
				columns = append(columns, i)
				break
			}
		}
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range append([][]string{header}, rows...) {
		cells := make([]string, 0, len(columns))
		for _, i := range columns {
			cell := cleanLine(r[i])
			if cell == "" {
				cell = "-"
			}
			cells = append(cells, cell)
		}
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	return tw.Flush()
}
