// SPDX-License-Identifier: Apache-2.0

package image

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// probe fills in what an image's header says. A file that a running guest
// writes to is looked at too (-U: the lock is not taken, qemu-img(1)).
func probe(ctx context.Context, a Artifact) (Artifact, error) {
	qemuImg, err := exec.LookPath("qemu-img")
	if err != nil {
		return Artifact{}, fmt.Errorf("look at image %s: qemu-img is not installed; install QEMU's tools (Debian: qemu-utils)", a.Name)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(qemuImg, "info", "--output=json", "-U", a.Path)
	cmd.Stderr = &stderr
	out, err := output(ctx, cmd)
	if ctx.Err() != nil {
		return Artifact{}, fmt.Errorf("look at image %s: %w", a.Name, context.Cause(ctx))
	}
	if err != nil {
		return Artifact{}, fmt.Errorf("look at image %s: %s: %w", a.Name, strings.TrimSpace(stderr.String()), err)
	}
	a.Format, a.VirtualSize, err = parseInfo(out)
	if err != nil {
		return Artifact{}, fmt.Errorf("look at image %s (%s): %w", a.Name, a.Path, err)
	}
	return a, nil
}

// parseInfo reads what `qemu-img info --output=json` prints; the size is in bytes.
func parseInfo(out []byte) (format string, size uint64, err error) {
	var info struct {
		Format      string `json:"format"`
		VirtualSize uint64 `json:"virtual-size"`
	}
	if err := json.Unmarshal(out, &info); err != nil {
		return "", 0, fmt.Errorf("read what qemu-img says: %w", err)
	}
	if info.Format != "qcow2" && info.Format != "raw" {
		return "", 0, fmt.Errorf("its format is %s, and an overlay is put on qcow2 or raw only; qemu-img convert -O qcow2 makes one", info.Format)
	}
	if info.VirtualSize == 0 {
		return "", 0, errors.New("it is empty")
	}
	return info.Format, info.VirtualSize, nil
}
