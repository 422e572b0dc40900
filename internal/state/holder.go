// SPDX-License-Identifier: Apache-2.0

package state

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"vmprov/internal/foreign"
)

// lockName is the abstract name ("@" is Go's word for the leading NUL) of a
// lock. It is a hash because sun_path holds 108 bytes (unix(7)). A session
// connection is another daemon for each user, hence another lock.
func lockName(uri, project string, uid int) string {
	owner := ""
	if u, err := url.Parse(uri); err == nil && u.Host == "" && strings.HasSuffix(u.Path, "/session") {
		owner = fmt.Sprint(uid)
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{uri, project, owner}, "\x00")))
	return "@vmprov/" + hex.EncodeToString(sum[:16])
}

// holder is a connection to the process that holds a lock. The holder accepts
// none, so nobody can fill its table of descriptors: a connection stays in
// the kernel's queue and ends with the listening socket.
type holder struct {
	conn     *net.UnixConn
	pid, uid int
}

func dialHolder(ctx context.Context, name string) (*holder, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", name)
	if err != nil {
		return nil, err
	}
	h := &holder{conn: conn.(*net.UnixConn), uid: -1}
	if cred, err := peerOf(h.conn); err == nil {
		h.pid, h.uid = int(cred.Pid), int(cred.Uid)
	}
	return h, nil
}

// peerOf is who called listen (unix(7), SO_PEERCRED).
func peerOf(conn *net.UnixConn) (*unix.Ucred, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	var cred *unix.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err != nil {
		return nil, err
	}
	return cred, credErr
}

// awaitEnd blocks until the holder lets go (true) or ctx ends (false).
func (h *holder) awaitEnd(ctx context.Context) bool {
	stop := context.AfterFunc(ctx, func() { h.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	buffer := make([]byte, 64)
	for {
		if _, err := h.conn.Read(buffer); err != nil {
			return ctx.Err() == nil
		}
	}
}

func (h *holder) close() { h.conn.Close() }

// commandOf is a process's command line in words; empty when it is not seen
// from here.
func commandOf(pid int) string {
	if pid <= 0 {
		return ""
	}
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return ""
	}
	return words(data)
}

// words are another process's arguments, which anybody may have chosen.
func words(cmdline []byte) string {
	const most = 200
	return foreign.Line(strings.ReplaceAll(strings.TrimRight(string(cmdline), "\x00"), "\x00", " "), most)
}
