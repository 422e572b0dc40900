// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/icmd"
)

// networking has a guest on networks of every mode that this machine can have,
// and one that only IPv6 reaches.
const networking = `networks:
  lab: {mode: nat, ipv4: 10.46.7.0/24, ipv6: "fd00:46:7::/64", mtu: 1400, domain: lab.example}
  back: {mode: isolated, ipv4: 10.46.8.0/24}
  six: {mode: route, ipv4: none, ipv6: "fd00:46:8::/64"}
  wire: {mode: bridge, bridge: e2e-wire}
  out: {mode: user, backend: slirp}
guests:
  a:
    cpus: 2
    networks:
      - {network: lab, address: ADDRESS, address6: "fd00:46:7::50"}
      - {network: back, model: e1000e}
      - {network: lab, name: second, queues: 2, mtu: 1300}
      - {network: six, model: rtl8139}
      - {network: wire, mac: "52:54:00:46:00:01", link: down}
      - {network: out, model: e1000}
  b:
    networks: [six]
`

// TestNetworks looks at NICs from inside, and reaches guests by both families.
func TestNetworks(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	bridge(t, "e2e-wire")
	p.configure(t, strings.Replace(networking, "ADDRESS", "10.46.7.50", 1))
	p.must(t, "up") // b is ready by the IPv6 address that it gives itself

	// a is ready by its first NIC; the others get their addresses meanwhile.
	p.ssh(t, "a", "timeout 60 sh -c 'until ip addr | grep -q 10.46.8.2 && ip addr | grep -q 10.0.2.15 && ip addr | grep -q fd00:46:8:; do sleep 0.2; done'")
	t.Run("inside", func(t *testing.T) { p.seesNICs(t) })
	t.Run("names", func(t *testing.T) {
		// dnsmasq of each network knows who is on it: by a lease, and by what the
		// plan knew before the boot.
		for name, want := range map[string]string{
			"a 10.46.7.1": "10.46.7.50", "a.lab.example 10.46.7.1": "10.46.7.50", "a 10.46.8.1": "10.46.8.2",
			"a fd00:46:7::1": "fd00:46:7::50",
			"a fd00:46:8::1": "fd00:46:8::", "b fd00:46:8::1": "fd00:46:8::",
		} {
			got := p.ssh(t, "a", "nslookup "+name+" || true")
			assert.Check(t, cmp.Contains(got, want), "nslookup %s: %s", name, got)
		}
		assert.Check(t, cmp.Contains(p.ssh(t, "b", "ping6 -c 1 $(nslookup a."+p.Name+" fd00:46:8::1 | awk '/^Address/ {a = $2} END {print a}')"), " 0% packet loss"))
	})
	t.Run("ssh by IPv6", func(t *testing.T) {
		assert.Check(t, cmp.Contains(p.must(t, "ssh-config", "b"), "HostName fd00:46:8:"))
		writeFile(t, p.path("ssh_config"), p.must(t, "ssh-config", "a"))
		six := strings.Fields(p.ssh(t, "a", "ip -6 -o addr show scope global to fd00:46:7::/64"))[3]
		icmd.RunCommand("ssh", "-F", p.path("ssh_config"), "-o", "HostName="+strings.TrimSuffix(six, "/64"), "a", "true").Assert(t, icmd.Success)
	})
	t.Run("again", func(t *testing.T) {
		assert.Check(t, cmp.Equal(p.must(t, "up"), p.Name+": no changes, 2 guests\n"))
	})
	t.Run("address", func(t *testing.T) { p.movesAddress(t) })
}

// bridge makes a bridge of the lab's own.
func bridge(t *testing.T, name string) {
	t.Helper()
	icmd.RunCommand("ip", "link", "add", name, "type", "bridge").Assert(t, icmd.Success)
	t.Cleanup(func() { icmd.RunCommand("ip", "link", "del", name).Assert(t, icmd.Success) })
	icmd.RunCommand("ip", "link", "set", name, "up").Assert(t, icmd.Success)
}

// seesNICs asks the guest what each of its NICs is.
func (p *project) seesNICs(t *testing.T) {
	// A busybox guest names NICs in the order in which their drivers find them.
	const look = `cd /sys/class/net; for n in eth*; do
		echo $(basename $(readlink $n/device/driver)) $(cat $n/mtu $n/carrier) $(ls -d $n/queues/tx-* | wc -l) $(ip -4 -o addr show dev $n | awk '{print $4}')
	done | sort`
	assert.Check(t, cmp.Equal(p.ssh(t, "a", look), strings.Join([]string{
		"8139cp 1500 1 1",
		"e1000 1500 1 1 10.0.2.15/24",
		"e1000e 1500 1 1 10.46.8.2/24",
		"virtio_net 1300 1 2 10.46.7.2/24",
		"virtio_net 1400 1 1 10.46.7.50/24",
		"virtio_net 1500 0 1",
	}, "\n")))
	assert.Check(t, cmp.Equal(p.ssh(t, "a", "grep -l 52:54:00:46:00:01 /sys/class/net/*/address | xargs dirname | xargs -I% cat %/carrier"), "0"))
	assert.Check(t, cmp.Contains(p.must(t, "status"), "10.46.7.50"))
}

// movesAddress changes a fixed address: the running guest keeps the one it has.
func (p *project) movesAddress(t *testing.T) {
	p.configure(t, strings.Replace(networking, "ADDRESS", "10.46.7.60", 1))
	plan := p.must(t, "plan")
	assert.Check(t, cmp.Contains(plan, "networks[lab].address: 10.46.7.50 -> 10.46.7.60 (next boot)"))
	p.must(t, "up")
	assert.Check(t, cmp.Contains(p.must(t, "status"), "10.46.7.50"))
	p.must(t, "up", "a", "--restart")
	assert.Check(t, cmp.Contains(p.ssh(t, "a", "ip -4 -o addr"), "10.46.7.60/24"))
	assert.Check(t, cmp.Contains(p.must(t, "status"), "10.46.7.60"))

	// The address that a left is another guest's to take; one that a holds is not.
	p.configure(t, strings.Replace(networking, "ADDRESS", "10.46.7.60", 1)+fmt.Sprintf("  c: {networks: [{network: lab, address: %s}]}\n", "10.46.7.2"))
	result := p.vmprov(t, "plan", "c")
	assert.Check(t, cmp.Contains(result.Combined(), "address 10.46.7.2 is"))
	_ = os.Remove(p.path("ssh_config"))
}
