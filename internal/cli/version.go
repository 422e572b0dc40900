// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
	"libvirt.org/go/libvirt"
)

// version is set by -ldflags "-X vmprov/internal/cli.version=...".
var version string

// versionDocument is what version prints.
type versionDocument struct {
	Vmprov string `json:"vmprov"`
	Go     string `json:"go"`
	// Libvirt is the client library's version; empty where it cannot be loaded.
	Libvirt string `json:"libvirt,omitempty"`
}

func (p *program) versionCommand() command {
	return command{
		Command: &cli.Command{
			Name:        "version",
			Usage:       "print the version of vmprov and of what it is built with",
			Description: "Prints the versions of vmprov, Go and the libvirt client library.",
			Action: func(c *cli.Context) error {
				if err := noArguments(c); err != nil {
					return err
				}
				return p.printVersion()
			},
		},
		examples: []string{"vmprov version"},
	}
}

func (p *program) printVersion() error {
	v := versionDocument{Vmprov: ownVersion(version, readBuildInfo()), Go: runtime.Version(), Libvirt: libvirtVersion()}
	if p.opts.json {
		return p.printJSON(v)
	}
	text := fmt.Sprintf("vmprov %s\ngo %s\n", v.Vmprov, v.Go)
	if v.Libvirt != "" {
		text += fmt.Sprintf("libvirt %s\n", v.Libvirt)
	}
	return p.print(text)
}

func readBuildInfo() debug.BuildInfo {
	if info, ok := debug.ReadBuildInfo(); ok {
		return *info
	}
	return debug.BuildInfo{}
}

// ownVersion is what the linker was told, else the module's version, else the
// commit that it was built of.
func ownVersion(linked string, info debug.BuildInfo) string {
	if linked != "" {
		return linked
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}

// libvirtVersion asks the library, not a daemon.
func libvirtVersion() string {
	v, err := libvirt.GetVersion()
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", v/1000000, v/1000%1000, v%1000)
}
