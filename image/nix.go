// SPDX-License-Identifier: Apache-2.0

package image

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
)

// ErrNoNix says that nix is not installed.
var ErrNoNix = errors.New("nix is not installed; install it (Debian: apt install nix-bin, others: https://nixos.org/download) or give the image as a file")

// nixFolders are where nix is when PATH does not say so, as in a cron job.
// A user's own profile is none of them: root runs nothing out of it.
var nixFolders = []string{"/nix/var/nix/profiles/default/bin", "/run/current-system/sw/bin"}

// findNix gives the path of one of nix's programs (nix, nix-store).
func findNix(program string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return filepath.Abs(path)
	}
	for _, folder := range nixFolders {
		if path, err := exec.LookPath(filepath.Join(folder, program)); err == nil {
			return path, nil
		}
	}
	return "", ErrNoNix
}

// nix is how nix's programs are run for one request.
type nix struct {
	// as is the user they run as; nil for the process's own.
	as *User
	// dir is the working folder.
	dir string
}

// flakes lets nix read flakes whatever its settings say.
var flakes = []string{"--extra-experimental-features", "nix-command flakes"}

// command is one of nix's programs, ready to run. Its messages go to stderr.
func (n nix) command(program string, stderr io.Writer, args ...string) (*exec.Cmd, error) {
	path, err := findNix(program)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Stderr = n.dir, stderr
	if n.as != nil {
		if err := become(cmd, n.as); err != nil {
			return nil, err
		}
	}
	return cmd, nil
}

// output runs `nix ARGS...` and returns what it prints.
func (n nix) output(ctx context.Context, stderr io.Writer, args ...string) ([]byte, error) {
	cmd, err := n.command("nix", stderr, append(append([]string{}, flakes...), args...)...)
	if err != nil {
		return nil, err
	}
	return output(ctx, cmd)
}

// buildUsers are the options that a build needs on a host without build
// users. nix run by root on its own store refuses to build when the group
// nixbld is missing, as it is with Debian's nix-bin alone; with an empty
// setting it builds as root. Where there is a group, a daemon or a setting of
// the user's own, nothing is forced.
func (n nix) buildUsers(ctx context.Context) []string {
	if n.as != nil || os.Geteuid() != 0 || !ownStore(os.Getenv("NIX_REMOTE")) || daemonAnswers() {
		return nil
	}
	settings, err := n.settings(ctx)
	if err != nil || !lacksBuildUsers(settings, groupExists) {
		return nil
	}
	return []string{"--option", "build-users-group", ""}
}

// ownStore reports whether this NIX_REMOTE lets root use the store itself.
func ownStore(remote string) bool {
	return remote == "" || remote == "auto" || remote == "local"
}

func groupExists(name string) bool {
	_, err := user.LookupGroup(name)
	return err == nil
}

func lacksBuildUsers(settings map[string]setting, exists func(group string) bool) bool {
	group, _ := settings["build-users-group"].Value.(string)
	allocates, _ := settings["auto-allocate-uids"].Value.(bool)
	return group != "" && !allocates && !exists(group)
}

// setting is one of nix's, as `nix show-config --json` prints it.
type setting struct {
	Value any `json:"value"`
}

// settings are nix's effective ones. `nix config show` is the newer name.
func (n nix) settings(ctx context.Context) (map[string]setting, error) {
	out, err := n.output(ctx, io.Discard, "show-config", "--json")
	if err != nil {
		out, err = n.output(ctx, io.Discard, "config", "show", "--json")
	}
	if err != nil {
		return nil, err
	}
	var settings map[string]setting
	return settings, json.Unmarshal(out, &settings)
}
