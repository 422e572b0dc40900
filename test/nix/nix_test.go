// SPDX-License-Identifier: Apache-2.0

// Package nix_test holds the NixOS flake library to what it promises, on
// machines that have nix but not nixpkgs: modules are evaluated by nixpkgs' own
// lib over stand-ins for the NixOS options and packages that they use.
package nix_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// libVariable names the environment variable with the path of nixpkgs' lib.
const libVariable = "VMPROV_NIXPKGS_LIB"

// library is the folder of the flake library.
func library(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../image/nixos")
	assert.NilError(t, err)
	return path
}

// nixpkgsLib is the folder of nixpkgs' lib; the test is skipped without one.
func nixpkgsLib(t *testing.T) string {
	t.Helper()
	path := os.Getenv(libVariable)
	if path == "" {
		t.Skipf("NOT EVALUATED: %s is not set; set it to the folder lib of nixpkgs, or of a clone of github.com/nix-community/nixpkgs.lib", libVariable)
	}
	if _, err := os.Stat(filepath.Join(path, "lib", "modules.nix")); err == nil {
		path = filepath.Join(path, "lib")
	}
	_, err := os.Stat(filepath.Join(path, "modules.nix"))
	assert.NilError(t, err, "%s=%s is not nixpkgs' lib", libVariable, path)
	path, err = filepath.Abs(path)
	assert.NilError(t, err)
	return path
}

// command runs a program of nix offline and gives what it prints to stdout.
func command(t *testing.T, dir string, argv ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath(argv[0]); err != nil {
		t.Skipf("NOT RUN: %s is not installed", argv[0])
	}
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"NIX_CONFIG=experimental-features = nix-command flakes\nsubstitute = false\nsandbox = false\nbuild-users-group =\nwarn-dirty = false",
		"XDG_CACHE_HOME="+cache,
	)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, stderr.String())
	}
	return stdout.String(), nil
}

// cache keeps nix's caches out of the home folder, for one run of the tests.
var cache string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if cache, err = os.MkdirTemp("", "vmprov-nix-test-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(cache)
		return m.Run()
	}())
}

// evaluation is an expression over eval.nix, as text that nix takes. folder is
// the library to evaluate.
func evaluation(libFolder, folder, expression string) (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("with import %s { libFolder = %s; libraryFolder = %s; }; %s",
		nixPath(filepath.Join(here, "eval.nix")), nixPath(libFolder), nixPath(folder), expression), nil
}

// nixPath is an absolute path as a nix expression, whatever is in it.
func nixPath(path string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `${`, `\${`).Replace(path)
	return `(/. + "` + quoted + `")`
}

// evaluateIn evaluates an expression over the library in a folder, to JSON.
func evaluateIn(t *testing.T, folder, expression string) (string, error) {
	t.Helper()
	text, err := evaluation(nixpkgsLib(t), folder, expression)
	assert.NilError(t, err)
	return command(t, ".", "nix-instantiate", "--eval", "--strict", "--json", "-E", text)
}

// evaluate evaluates an expression over the library, to a value of Go's JSON.
func evaluate(t *testing.T, expression string) any {
	t.Helper()
	out, err := evaluateIn(t, library(t), expression)
	assert.NilError(t, err)
	return decode(t, out)
}

func decode(t *testing.T, text string) any {
	t.Helper()
	var value any
	assert.NilError(t, json.Unmarshal([]byte(text), &value), "%s", text)
	return value
}
