// SPDX-License-Identifier: Apache-2.0

package image

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// collected asks nix to delete this one path: the store is shared, so no
// collection of all garbage proves it here.
func collected(storePath string) bool {
	return exec.Command("nix-store", "--delete", storePath).Run() == nil
}

func TestRootHoldsUntilItsLinkIsRemoved(t *testing.T) {
	needNix(t)
	a, _, err := built(t, Request{Name: "devel", Flake: flake(t, t.TempDir(), packages("image", derivation(makeFile)))})
	assert.NilError(t, err)
	link := filepath.Join(t.TempDir(), "root")
	for range 2 {
		assert.NilError(t, AddRoot(t.Context(), a.StorePath, link))
		assert.Assert(t, !collected(a.StorePath))
	}
	assert.NilError(t, os.Remove(link))
	assert.Assert(t, collected(a.StorePath))

	err = AddRoot(t.Context(), a.StorePath, link)
	assert.ErrorContains(t, err, "if it was collected, build the image again")
	_, err = os.Lstat(link)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestRootTakesTheLinkOfAnOlderImage(t *testing.T) {
	needNix(t)
	link := filepath.Join(t.TempDir(), "root")
	var paths []string
	for range 2 {
		a, _, err := built(t, Request{Name: "devel", Flake: flake(t, t.TempDir(), packages("image", derivation(makeFile)))})
		assert.NilError(t, err)
		assert.NilError(t, AddRoot(t.Context(), a.StorePath, link))
		paths = append(paths, a.StorePath)
	}
	assert.Assert(t, collected(paths[0]))
	assert.Assert(t, !collected(paths[1]))
}
