// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// DefaultFile is the configuration that is read when none is named.
const DefaultFile = "vmprov.yaml"

// Load reads, decodes, completes and validates the configuration at path; a
// folder means the vmprov.yaml in it. Every fault that the file has comes
// back at once as Faults. An unreadable file is an error that wraps the cause.
func Load(path string) (*File, error) {
	path, err := locate(path)
	if err != nil {
		return nil, err
	}
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	env, err := environment(path)
	if err != nil {
		return nil, err
	}
	return Parse(data, env)
}

// locate turns a folder into the configuration in it.
func locate(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read configuration: %w", err)
	}
	if info.IsDir() {
		return filepath.Join(path, DefaultFile), nil
	}
	return path, nil
}

// read returns the content of a regular file, one byte more than the limit at
// most: Parse says what is wrong with a file that is too large.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	// Opening a pipe would block, and a device may never end.
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read configuration %s: not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read configuration %s: %w", path, err)
	}
	return data, nil
}
