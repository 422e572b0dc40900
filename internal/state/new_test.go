// SPDX-License-Identifier: Apache-2.0

package state

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"
)

// TestWriteNewIsWrittenOnce: of many writers one wins, nobody reads half a
// file, and nothing else is left.
func TestWriteNewIsWrittenOnce(t *testing.T) {
	f, _ := own(t)
	var all sync.WaitGroup
	var won atomic.Int32
	for i := range 20 {
		all.Go(func() {
			err := f.WriteNew("key", []byte(strconv.Itoa(100+i)), 0o600)
			switch {
			case err == nil:
				won.Store(int32(100 + i))
			default:
				assert.Check(t, errors.Is(err, fs.ErrExist), "%v", err)
			}
			data, err := f.ReadFile("key")
			assert.Check(t, err)
			assert.Check(t, len(data) == 3, "%q", data)
		})
	}
	all.Wait()
	data, err := f.ReadFile("key")
	assert.NilError(t, err)
	assert.Equal(t, string(data), strconv.Itoa(int(won.Load())))
	assert.DeepEqual(t, namesIn(t, filepath.Dir(f.Path("key"))), []string{"key"})
	info, err := os.Stat(f.Path("key"))
	assert.NilError(t, err)
	assert.Equal(t, info.Mode(), fs.FileMode(0o600))
}

func TestActingWritesNewAsTheUser(t *testing.T) {
	f, _ := forAlice(t)
	assert.NilError(t, f.WriteNew("key", []byte("k"), 0o600))
	info, err := os.Stat(f.Path("key"))
	assert.NilError(t, err)
	assert.Equal(t, owner(info), f.User().UID)
	assert.ErrorIs(t, f.WriteNew("key", []byte("other"), 0o600), fs.ErrExist)
}
