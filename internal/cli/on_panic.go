// SPDX-License-Identifier: Apache-2.0

package cli

import "github.com/urfave/cli/v2"

// What becomes of a guest whose kernel panics while it is waited for.
const (
	panicKeep    = "keep"
	panicRestart = "restart"
)

func onPanicFlag() cli.Flag {
	return &cli.StringFlag{Name: "on-panic", Category: groupHow, Value: panicKeep, Usage: "`HOW` to go on after a panic: keep (the default), restart"}
}

// restartsPanicked reads the flag; a command without it keeps.
func restartsPanicked(c *cli.Context) (bool, error) {
	switch what := c.String("on-panic"); what {
	case panicRestart:
		return true, nil
	case panicKeep, "":
		if c.IsSet("on-panic") && what == "" {
			return false, usagef("--on-panic: is empty")
		}
		return false, nil
	default:
		return false, usagef("--on-panic: must be keep or restart, got `%s`", what)
	}
}
