// SPDX-License-Identifier: Apache-2.0

// Package e2e runs the vmprov binary as its users do, on booted guests of a
// private libvirtd: `make e2e`, or `test/lab go test ./test/... -run NAME`.
//
// A test makes a project of its own (newProject), so tests may run side by
// side. At its end nothing of the project may be left; after all of them the
// host must be as it was. VMPROV_KEEP_FAILED=1 leaves what a failed test made:
// run the tests from `test/lab bash` and look around afterwards.
package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// suite is what the tests of one run share.
var suite struct {
	binary string // of vmprov
	source string // top of the repository
	image  string // a ready quickstart image, for hosts without nix; empty: nix builds it
}

// nixConfig lets nix build the quickstart image: its builder calls the host's
// tools, and no cache is asked for what none can have.
const nixConfig = `sandbox = false
substitute = false
experimental-features = nix-command flakes
`

func TestMain(m *testing.M) {
	if os.Getenv("VMPROV_LAB") != "1" {
		fmt.Fprintln(os.Stderr, "NOT RUN: the end-to-end tests need a private libvirtd (make e2e, or test/lab go test ./test/...)")
		os.Exit(0)
	}
	code, err := runSuite(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAIL: end-to-end tests:", err)
		code = 1
	}
	os.Exit(code)
}

func runSuite(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "e2e-suite.")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if suite.source, err = filepath.Abs(".."); err != nil {
		return 0, err
	}
	suite.image = os.Getenv("VMPROV_IMAGE")
	if suite.binary, err = binary(dir); err != nil {
		return 0, err
	}
	if err := os.Setenv("NIX_CONFIG", nixConfig); err != nil {
		return 0, err
	}
	before, err := observeHost()
	if err != nil {
		return 0, err
	}
	code = m.Run()
	if code != 0 && keepFailed() {
		return code, nil
	}
	return code, before.same()
}

// binary is VMPROV_BIN, or one that is built now, once for all tests. It lies
// where every user can run it.
func binary(dir string) (string, error) {
	if given := os.Getenv("VMPROV_BIN"); given != "" {
		return filepath.Abs(given)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "vmprov")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", path, suite.source)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build vmprov: %w\n%s", err, out)
	}
	return path, nil
}

func keepFailed() bool { return os.Getenv("VMPROV_KEEP_FAILED") != "" }
