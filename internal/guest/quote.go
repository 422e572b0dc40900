// SPDX-License-Identifier: Apache-2.0

package guest

import "strings"

// Quote turns an argv into the command line that ssh sends: the server gives
// it to the user's shell, so each argument is quoted for a POSIX shell.
func Quote(argv []string) string {
	quoted := make([]string, len(argv))
	for i, arg := range argv {
		quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}
