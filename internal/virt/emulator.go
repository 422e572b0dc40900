// SPDX-License-Identifier: Apache-2.0

package virt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Properties are what QEMU says of its devices, the properties by the device. A
// device that QEMU does not have is there without any; one that it was not
// asked for is missing.
type Properties map[string][]string

// Lacks says that QEMU has no such property, or not the device at all. What is
// not known is not lacking.
func (p Properties) Lacks(device, property string) bool {
	properties, asked := p[device]
	return asked && !slices.Contains(properties, property)
}

// LacksDevice says that QEMU has no such device, as far as that is known.
func (p Properties) LacksDevice(device string) bool {
	properties, asked := p[device]
	return asked && len(properties) == 0
}

// Has says that QEMU is known to have the property.
func (p Properties) Has(device, property string) bool {
	return slices.Contains(p[device], property)
}

// ReadProperties asks the emulator of this machine for the properties of
// devices and keeps the answer in h.Properties (qemu(1), -device NAME,help):
// distributions leave devices out (EL9 has no nvme), properties come and go
// with QEMU's versions, and libvirt does not tell. A device is asked for once.
// Of a remote host nothing is known, and nothing of a host without QEMU.
func (h *Host) ReadProperties(ctx context.Context, devices ...string) error {
	if !h.Local || h.Emulator == "" {
		return nil
	}
	known := Properties{}
	maps.Copy(known, h.Properties) // other values of this host keep theirs
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	for _, device := range devices {
		if _, asked := h.Properties[device]; asked {
			continue
		}
		g.Go(func() error {
			properties, err := askProperties(ctx, h.Emulator, device)
			mu.Lock()
			defer mu.Unlock()
			known[device] = properties
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	h.Properties = known
	return nil
}

// propertyLine is a line of `qemu -device NAME,help`: `  serial=<str> - text`.
var propertyLine = regexp.MustCompile(`(?m)^ +([^ =]+)=<`)

func askProperties(ctx context.Context, emulator, device string) ([]string, error) {
	out, err := exec.CommandContext(ctx, emulator, "-device", device+",help").Output()
	if err != nil && !isNoSuchDevice(err) {
		return nil, fmt.Errorf("ask %s for the properties of %s: %w", emulator, device, err)
	}
	var properties []string
	for _, match := range propertyLine.FindAllSubmatch(out, -1) {
		properties = append(properties, string(match[1]))
	}
	return properties, nil
}

// isNoSuchDevice is QEMU's way to say that it lacks the device, where it does
// not end with success all the same.
func isNoSuchDevice(err error) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	return ok && bytes.Contains(exit.Stderr, []byte("not found"))
}

// QEMUName is QEMU's version in words: `QEMU 7.2.22`.
func (h Host) QEMUName() string {
	v := h.QEMUVersion
	return fmt.Sprintf("QEMU %d.%d.%d", v/1_000_000, v/1000%1000, v%1000)
}

// HasOverride says that libvirt has <qemu:override> (8.2 and later), by which a
// device of QEMU gets what libvirt has no word for.
func (h Host) HasOverride() bool { return h.LibVersion >= overrideVersion }

// overrideVersion is the first libvirt with <qemu:override>.
const overrideVersion = 8002000

// vhostUserFolders are where virtiofsd announces itself (QEMU's
// docs/interop/vhost-user.json), the administrator's first.
var vhostUserFolders = []string{"/etc/qemu/vhost-user", "/usr/local/share/qemu/vhost-user", "/usr/share/qemu/vhost-user"}

// Virtiofsd is the virtiofsd that libvirt will start on this machine; empty
// where none announces itself.
func Virtiofsd() string {
	for _, folder := range vhostUserFolders {
		files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			var about struct{ Type, Binary string }
			if json.Unmarshal(data, &about) != nil || about.Type != "fs" {
				continue
			}
			if _, err := os.Stat(about.Binary); err == nil {
				return about.Binary
			}
		}
	}
	return ""
}
