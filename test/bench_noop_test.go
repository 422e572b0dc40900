// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/icmd"
)

const (
	manyGuests = 100
	noopRounds = 9
)

// BenchmarkNoop is an `up` that finds 100 guests as they should be, running
// and then stopped: its time, its memory and its calls.
func BenchmarkNoop(b *testing.B) {
	p := benchProject(b, fmt.Sprintf(fleet, manyGuests))
	haltImage(b, p)
	first := p.run(b, "up", "--parallel", "8")
	b.Logf("first up of %d guests: %s, CPU %s, %.0f MiB", manyGuests, first.Wall, first.CPU, first.PeakMiB)
	peak := max(first.PeakMiB, noop(b, p, "running"))
	p.run(b, "stop")
	peak = max(peak, noop(b, p, "stopped"))
	limit(b, "peak memory", peak, 100, "MiB")
}

// noop measures an up that changes nothing, and gives its peak memory.
func noop(b *testing.B, p *project, what string) (peak float64) {
	b.Helper()
	var wall, cpu series
	for range noopRounds {
		result, u := p.output(b, "up")
		assert.Assert(b, strings.Contains(result.Stdout(), "no changes") || what == "stopped", "%s", result.Stdout())
		wall, cpu, peak = append(wall, u.Wall), append(cpu, u.CPU), max(peak, u.PeakMiB)
	}
	b.Logf("up of %d %s guests: wall %s ms", manyGuests, what, wall)
	limit(b, "no-op wall "+what, milliseconds(wall.median()), 300, "ms")
	limit(b, "no-op CPU "+what, milliseconds(cpu.median()), 300, "ms")
	// Lists, capabilities and connections, beside two calls a guest.
	limit(b, "no-op calls "+what, float64(calls(b, p)), 2*manyGuests+maxOtherCalls, "calls")
	return peak
}

// maxOtherCalls bounds what does not grow with the guests: opening and closing
// the connections, capabilities, and lists.
const maxOtherCalls = 60

// sent is a message that the client's side of libvirt's protocol queues.
var sent = regexp.MustCompile(`RPC_CLIENT_MSG_TX_QUEUE: .* prog=(\d+) vers=\d+ proc=(\d+) type=0`)

// calls counts the requests that one `up` sends to libvirtd.
func calls(b *testing.B, p *project) int {
	b.Helper()
	log := p.path("rpc.log")
	cmd := p.command("up")
	cmd.Env = append(cmd.Env, "LIBVIRT_LOG_FILTERS=1:rpc", "LIBVIRT_LOG_OUTPUTS=1:file:"+log)
	result := icmd.RunCmd(cmd)
	assert.Assert(b, result.ExitCode == 0, "%s", result)
	defer func() { assert.Check(b, os.Remove(log)) }() // libvirt appends
	text, err := os.ReadFile(log)
	assert.NilError(b, err)
	found := sent.FindAllStringSubmatch(string(text), -1)
	assert.Assert(b, len(found) > 0, "no call was logged")
	byProcedure := map[string]int{}
	for _, match := range found {
		byProcedure[match[1]+"/"+match[2]]++
	}
	b.Logf("calls by program/procedure: %s", frequent(byProcedure))
	return len(found)
}

// frequent lists the counts, the largest first.
func frequent(counts map[string]int) string {
	var lines []string
	for name, n := range counts {
		lines = append(lines, fmt.Sprintf("%5d x %s", n, name))
	}
	slices.Sort(lines)
	slices.Reverse(lines)
	return strings.Join(lines, ", ")
}
