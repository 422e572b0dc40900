// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// routes is /proc/net/route of a machine with a VPN that took the default route
// over, docker, and libvirt's default network.
const routes = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT                                                       
tun0	00000000	0108080A	0003	0	0	0	00000080	0	0	0                                                                               
eth0	00000000	0101A8C0	0003	0	0	100	00000000	0	0	0                                                                              
tun0	0008080A	00000000	0001	0	0	0	00FFFFFF	0	0	0                                                                               
eth0	0000FEA9	00000000	0001	0	0	1000	0000FFFF	0	0	0                                                                             
tun0	00000080	0108080A	0003	0	0	0	00000080	0	0	0                                                                               
docker0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0                                                                            
eth0	0001A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0                                                                              
eth0	0101A8C0	00000000	0005	0	0	100	FFFFFFFF	0	0	0                                                                              
virbr0	007AA8C0	00000000	0001	0	0	0	00FFFFFF	0	0	0                                                                             
`

func TestParseRoutes(t *testing.T) {
	got, err := parseRoutes(strings.NewReader(routes + "short line\neth0 xyz 0 0 0 0 0 00FFFFFF\n"))
	assert.NilError(t, err)
	assert.Equal(t, fmt.Sprint(got), "[10.8.8.0/24 169.254.0.0/16 172.17.0.0/16 192.168.1.0/24 192.168.1.1/32 192.168.122.0/24]")
}

// TestHostRoutes: this machine's own table can be read.
func TestHostRoutes(t *testing.T) {
	got, err := HostRoutes()
	assert.NilError(t, err)
	for _, p := range got {
		assert.Check(t, p.IsValid() && p == p.Masked(), "%s", p)
	}
}

// routes6 is /proc/net/ipv6_route: a subnet, what every interface has, the
// default route, one that rejects, the global internet and a line that is cut off.
const routes6 = `fd000047000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000002 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000400 00000002 00000000 00000003     eth0
00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo
20010db8000000000000000000000000 20 00000000000000000000000000000000 00 00000000000000000000000000000000 00000400 00000001 00000000 00000201       lo
20000000000000000000000000000000 03 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000400 00000001 00000000 00000003     tun0
ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000004 00000000 00000001     eth0
20010db8 20
`

func TestParseRoutes6(t *testing.T) {
	got, err := parseRoutes6(strings.NewReader(routes6))
	assert.NilError(t, err)
	assert.Equal(t, fmt.Sprint(got), "[fd00:47::/64]")
}
