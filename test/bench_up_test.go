// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirtxml"
)

const oneGuest = `project: {{.Name}}
pool: {path: ./pool}
images:
  devel: {flake: {{.Source}}/examples/quickstart}
guests:
  one: {image: devel, cpus: 1, memory: 256MiB, ready: [ssh]}
`

// bootRounds is small, as each takes two boots under emulation.
const bootRounds = 5

// BenchmarkUp brings up one guest whose image is built, from nothing until a
// login succeeds, against virsh and qemu-img and a login tried every 10 ms.
func BenchmarkUp(b *testing.B) {
	p := benchProject(b, oneGuest)
	p.run(b, "build")
	p.run(b, "up")
	made := rawOf(b, p)
	address := reservedAddress(b, p)
	signer := projectKey(b, p)
	p.run(b, "destroy", "--yes")

	up := versus{what: "up of one guest"}
	inTurns(bootRounds, func() {
		up.vmprov = append(up.vmprov, p.run(b, "up").Wall)
		p.run(b, "destroy", "--yes")
	}, func() {
		began := time.Now()
		assert.NilError(b, made.up())
		assert.NilError(b, pollLogin(address, signer))
		up.raw = append(up.raw, time.Since(began))
		assert.NilError(b, made.destroy())
	})
	up.report(b, 1.05, 100*time.Millisecond)
}

// projectKey is the key that logs in to a project's guests.
func projectKey(b *testing.B, p *project) ssh.Signer {
	b.Helper()
	key, err := os.ReadFile(p.path("state/vmprov/projects", p.Name, "id_ed25519"))
	assert.NilError(b, err)
	signer, err := ssh.ParsePrivateKey(key)
	assert.NilError(b, err)
	return signer
}

// reservedAddress is the guest's address on the project's own network.
func reservedAddress(b *testing.B, p *project) string {
	b.Helper()
	var n libvirtxml.Network
	assert.NilError(b, n.Unmarshal(virshText(b, "net-dumpxml", p.network("default"))))
	return n.IPs[0].DHCP.Hosts[0].IP
}

// pollLogin tries every 10 ms to log in.
func pollLogin(address string, key ssh.Signer) error {
	config := &ssh.ClientConfig{
		User: "root", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)},
		HostKeyCallback:   ssh.InsecureIgnoreHostKey(),
		HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},
	}
	var err error
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var conn net.Conn
		if conn, err = net.DialTimeout("tcp", net.JoinHostPort(address, "22"), time.Second); err != nil {
			continue
		}
		if err = login(conn, config); err == nil {
			return nil
		}
	}
	return err
}

func login(conn net.Conn, config *ssh.ClientConfig) error {
	defer func() { _ = conn.Close() }()
	c, channels, requests, err := ssh.NewClientConn(conn, "guest", config)
	if err != nil {
		return err
	}
	return ssh.NewClient(c, channels, requests).Close()
}
