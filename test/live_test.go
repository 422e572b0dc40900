// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
)

// TestLive changes a guest while it runs, by nothing but its declaration, and
// sees each change from inside: it is the same boot all the time.
func TestLive(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	assert.NilError(t, os.Mkdir(p.path("second"), 0o755))
	writeFile(t, p.path("second", "word"), "from the host\n")
	const bootID = "cat /proc/sys/kernel/random/boot_id"
	p.configure(t, `networks: {default: {mode: nat}, two: {mode: isolated}}
guests:
  a:
    networks: [default]
    memory: 256MiB
    maxCPUs: 2
    disks: [{name: log, size: 64MiB}, {name: ns, bus: nvme, size: 64MiB}]
    shares: [{tag: first, source: ./share}]
`)
	p.must(t, "up")
	booted := p.ssh(t, "a", bootID)
	pid := p.pid(t, "a")

	// takes brings the guest to the declaration, and says how long it took.
	takes := func(t *testing.T, guest string, effects ...string) {
		t.Helper()
		p.configure(t, "networks: {default: {mode: nat}, two: {mode: isolated}}\nguests:\n  a:\n    memory: 256MiB\n    maxCPUs: 2\n"+guest)
		plan := p.must(t, "plan")
		for _, effect := range effects {
			assert.Check(t, cmp.Contains(plan, effect))
		}
		began := time.Now()
		p.must(t, "up")
		t.Logf("a live up took %s", time.Since(began).Round(10*time.Millisecond))
		assert.Assert(t, cmp.Equal(p.pid(t, "a"), pid), "up interrupted the guest")
		assert.Check(t, cmp.Equal(p.must(t, "plan"), "a: unchanged\n"))
	}
	inside := func(t *testing.T, command, want string) {
		t.Helper()
		p.sees(t, "a", command, want)
	}

	const devices = `    disks: [{name: log, size: %s}, {name: ns, bus: nvme, size: 64MiB}, {name: added, size: 32MiB}]
    shares: [{tag: first, source: ./share}]
`
	nics := "    networks: [default, {network: two, name: extra%s}]\n"
	t.Run("added", func(t *testing.T) {
		takes(t, fmt.Sprintf(nics, "")+fmt.Sprintf(devices, "64MiB"),
			"disks[added]: (none) -> virtio 32MiB (live)", "networks[extra]: (none) -> two (live)")
		inside(t, "cat $(dirname $(grep -lx added /sys/block/vd*/serial))/size", "65536")
		inside(t, "ls /sys/class/net | grep -c -v lo", "2")
	})
	t.Run("set", func(t *testing.T) {
		total := memory(t, p, "a")
		limited := strings.NewReplacer("name: log,", "name: log, throttle: {totalIopsSec: 100},", "name: ns,", "name: ns, throttle: {totalIopsSec: 90},")
		takes(t, fmt.Sprintf(nics, ", link: down")+limited.Replace(fmt.Sprintf(devices, "128MiB"))+
			"    cpus: 2\n    currentMemory: 192MiB\n    cputune: {vcpupin: {'0': '0', '1': '1'}, emulatorpin: '1'}\n",
			"cpus: 1 -> 2 (live)", "currentMemory: (none) -> 192MiB (live)", "disks[log].size: 64MiB -> 128MiB (live)",
			"disks[log].throttle: (none) -> {totalIopsSec: 100} (live)", "disks[ns].throttle: (none) -> {totalIopsSec: 90} (live)", "networks[extra].link: (none) -> down (live)", "cputune.emulatorpin: (none) -> 1 (live)")
		inside(t, "cat $(dirname $(grep -lx log /sys/block/vd*/serial))/size", "262144")
		inside(t, "ls -d /sys/devices/system/cpu/cpu[0-9] | wc -l", "2")
		inside(t, fmt.Sprintf("awk '$1 == \"MemTotal:\" { print ($2 < %d) }' /proc/meminfo", total-48<<10), "1")
		inside(t, "n=$(ls /sys/class/net | grep -v lo | tail -n 1); ip link set $n up; cat /sys/class/net/$n/carrier", "0")
		for alias, limit := range map[string]int{"ua-log": 100, "ua-ns": 90} {
			assert.Check(t, cmp.Contains(virsh(t, "blkdeviotune", p.domain("a"), p.diskTarget(t, "a", alias)), fmt.Sprintf("total_iops_sec : %d\n", limit)))
		}
		assert.Check(t, cmp.Regexp(`1\n`, virsh(t, "emulatorpin", p.domain("a"))))
	})
	t.Run("link up again", func(t *testing.T) {
		takes(t, fmt.Sprintf(nics, "")+strings.Replace(fmt.Sprintf(devices, "128MiB"), "name: log,", "name: log, throttle: {totalIopsSec: 100},", 1)+"    cpus: 2\n",
			"networks[extra].link: down -> (none) (live)", "disks[ns].throttle: {totalIopsSec: 90} -> (none) (live)", "currentMemory: 192MiB -> (none) (live)")
		inside(t, "cat /sys/class/net/$(ls /sys/class/net | grep -v lo | tail -n 1)/carrier", "1")
	})
	t.Run("removed", func(t *testing.T) {
		takes(t, "    networks: [default]\n    disks: [{name: log, size: 128MiB}, {name: ns, bus: nvme, size: 64MiB}]\n    shares: [{tag: first, source: ./share}]\n    cpus: 2\n",
			"disks[added]: virtio 32MiB -> (none) (live)", "networks[extra]: two -> (none) (live)")
		inside(t, "cat /sys/block/vd*/serial | xargs", "log")
		inside(t, "ls /sys/class/net | grep -c -v lo", "1")
	})
	t.Run("share", func(t *testing.T) { p.takesAShare(t) })
	t.Run("mixed", func(t *testing.T) {
		p.configure(t, "guests:\n  a:\n    memory: 320MiB\n    maxCPUs: 2\n    cpus: 2\n    disks: [{name: log, size: 160MiB}, {name: ns, bus: nvme, size: 128MiB}]\n    shares: [{tag: first, source: ./share}]\n")
		p.must(t, "up")
		inside(t, "cat $(dirname $(grep -lx log /sys/block/vd*/serial))/size", "327680")
		assert.Check(t, cmp.Contains(p.must(t, "plan"), "pending until its next boot: memory, disks[ns].size"))
	})
	assert.Check(t, cmp.Equal(p.ssh(t, "a", bootID), booted))

	before := p.footprint(t, "a")
	p.must(t, "up")
	assert.Check(t, cmp.DeepEqual(p.footprint(t, "a"), before))
	p.must(t, "destroy", "--yes")
}

// diskTarget is libvirt's name for a disk, which for a namespace of NVMe differs
// between libvirts.
func (p *project) diskTarget(t *testing.T, guest, alias string) string {
	t.Helper()
	for _, k := range p.domainXML(t, guest).Devices.Disks {
		if k.Alias != nil && k.Alias.Name == alias {
			return k.Target.Dev
		}
	}
	t.Fatalf("%s has no disk %s", guest, alias)
	return ""
}

// takesAShare attaches a share and takes it away again, where libvirt has a
// control group for its virtiofsd; elsewhere it would crash.
func (p *project) takesAShare(t *testing.T) {
	declare := func(shares string) {
		p.configure(t, "networks: {default: {mode: nat}, two: {mode: isolated}}\nguests:\n  a:\n    memory: 256MiB\n    maxCPUs: 2\n    networks: [default]\n"+
			"    disks: [{name: log, size: 128MiB}, {name: ns, bus: nvme, size: 64MiB}]\n    cpus: 2\n"+shares)
	}
	declare("    shares: [{tag: first, source: ./share}, {tag: second, source: ./second}]\n")
	live := strings.Contains(p.must(t, "plan"), "shares[second]: (none) -> "+p.path("second")+" (live)")
	t.Logf("a share comes live: %t", live)
	p.must(t, "up")
	if live {
		p.sees(t, "a", "mkdir -p /tmp/second && mount -t virtiofs second /tmp/second && cat /tmp/second/word && umount /tmp/second", "from the host")
	} else {
		assert.Check(t, cmp.Contains(p.must(t, "plan"), "pending until its next boot: shares[second]"))
	}
	declare("    shares: [{tag: first, source: ./share}]\n")
	p.must(t, "up")
	assert.Check(t, cmp.Equal(p.must(t, "plan"), "a: unchanged\n"))
	if live {
		p.sees(t, "a", "mount -t virtiofs second /tmp/second 2>/dev/null && echo there || echo gone", "gone")
	}
}

// sees waits until a command in a guest says want: a guest takes in by itself
// what was done to its devices.
func (p *project) sees(t *testing.T, guest, command, want string) {
	t.Helper()
	loop := fmt.Sprintf("for i in $(seq 50); do got=$( { %s; } 2>&1); [ \"$got\" = '%s' ] && break; usleep 100000; done; echo \"$got\"", command, want)
	assert.Check(t, cmp.Equal(p.ssh(t, guest, loop), want), "%s", command)
}

// TestInterruptedLiveChange cuts an up short around the attachment of a disk:
// the next one attaches it where it is not, and no second time.
func TestInterruptedLiveChange(t *testing.T) {
	t.Parallel()
	const guest = "guests:\n  a: {disks: [{name: data, bus: nvme, size: 16MiB}%s]}\n"
	for _, m := range []moment{
		{"done", "define domain", "a"},
		{"started", "attach disk", "a"},
		{"done", "attach disk", "a"},
		{"started", "commit mark", "a"},
	} {
		t.Run(m.String(), func(t *testing.T) {
			p := newProject(t)
			p.configureIdle(t, fmt.Sprintf(guest, ""))
			p.must(t, "up")
			pid := p.pid(t, "a")
			p.configureIdle(t, fmt.Sprintf(guest, ", {name: more, size: 16MiB}"))
			p.cut(t, syscall.SIGKILL, m, "up")
			p.must(t, "up")
			assert.Check(t, cmp.Equal(p.pid(t, "a"), pid))
			for _, flags := range [][]string{nil, {"--inactive"}} {
				assert.Check(t, cmp.Equal(strings.Count(p.dumpXML(t, "a", flags...), "<alias name='ua-more'/>"), 1), "%s", flags)
			}
			assert.Check(t, cmp.Equal(p.must(t, "plan"), "a: unchanged\n"))
		})
	}
}
