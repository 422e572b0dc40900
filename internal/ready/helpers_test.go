// SPDX-License-Identifier: Apache-2.0

package ready

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/crypto/ssh"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"
	"libvirt.org/go/libvirt"

	"vmprov/internal/config"
	"vmprov/internal/guest"
	"vmprov/internal/guest/guesttest"
	"vmprov/internal/state"
	"vmprov/internal/virt"
)

// startDomain starts a domain on libvirt's test driver, which all connections
// of this process share. Devices are XML.
func startDomain(t testing.TB, devices ...string) (*virt.Client, string) {
	t.Helper()
	c, err := virt.Connect(t.Context(), "test:///default")
	assert.NilError(t, err)
	id := uuid.NewString()
	xml := fmt.Sprintf(`<domain type='test'><name>%s</name><uuid>%s</uuid><memory>1024</memory><os><type>hvm</type></os><devices>%s</devices></domain>`,
		id, id, strings.Join(devices, ""))
	assert.NilError(t, c.Do(t.Context(), func(conn *libvirt.Connect) error {
		dom, err := conn.DomainCreateXML(xml, 0)
		if err == nil {
			err = dom.Free()
		}
		return err
	}))
	t.Cleanup(func() {
		conn, err := libvirt.NewConnect("test:///default")
		assert.Check(t, err)
		defer conn.Close()
		if dom, err := conn.LookupDomainByUUIDString(id); err == nil {
			_ = dom.Destroy()
			_ = dom.Free()
		}
		c.Close()
	})
	return c, id
}

// destroy stops a domain behind the waiter's back.
func destroy(t testing.TB, c *virt.Client, id string) {
	t.Helper()
	assert.NilError(t, c.Do(t.Context(), func(conn *libvirt.Connect) error {
		dom, err := conn.LookupDomainByUUIDString(id)
		if err != nil {
			return err
		}
		defer func() { _ = dom.Free() }()
		return dom.Destroy()
	}))
}

// brief is the timeout of a wait that is to end by it: long enough that a
// loaded machine makes its first attempt before.
const brief = 2 * time.Second

// newTarget waits for a guest whose ssh server is on a port of the loopback.
func newTarget(t testing.TB, id string, port int, probes ...config.Probe) Target {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", "")
	f, err := state.Open(state.User{UID: os.Geteuid(), GID: os.Getegid(), Home: t.TempDir()}, "fstests")
	assert.NilError(t, err)
	pair, err := guest.EnsureKeyPair(f, "")
	assert.NilError(t, err)
	return Target{
		Guest: "xfs-1", UUID: id, Probes: probes, Timeout: time.Minute,
		Login: guest.Login{
			Guest: "xfs-1", Address: "127.0.0.1", Port: port, User: "root", Key: pair,
			HostKeyAlias: "xfs-1.fstests.1", Folder: f,
		},
	}
}

var sshProbe = config.Probe{Kind: config.ProbeSSH}

func commandProbe(argv ...string) config.Probe {
	return config.Probe{Kind: config.ProbeCommand, Command: argv}
}

func newServer(t testing.TB) guesttest.Server {
	return guesttest.Server{HostKeys: []ssh.Signer{guesttest.Key(t)}}
}

// lacks waits until the waiter's last error is what a test wants to go on from.
func lacks(t *testing.T, w *waiter, is func(error) bool) {
	t.Helper()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if _, last := w.lacking(); last != nil && is(last) {
			return poll.Success()
		}
		return poll.Continue("%s", w.lackingText())
	}, poll.WithDelay(time.Millisecond), poll.WithTimeout(time.Minute))
}

// running runs the probes of a target until the test ends.
func running(t *testing.T, c *virt.Client, target Target) (*waiter, <-chan error) {
	t.Helper()
	w := newWaiter(c, target)
	done := make(chan error, 1)
	ctx := t.Context()
	go func() { done <- w.run(ctx) }()
	return w, done
}
