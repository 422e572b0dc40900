// SPDX-License-Identifier: Apache-2.0

package nix_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"
)

// standIn is a copy of the stand-in for nixpkgs, with nixpkgs' lib where that
// is known. Without lib it lists outputs and evaluates no module.
func standIn(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "nixpkgs")
	assert.NilError(t, os.CopyFS(folder, os.DirFS("nixpkgs")))
	if os.Getenv(libVariable) == "" {
		return folder
	}
	assert.NilError(t, os.CopyFS(filepath.Join(folder, "lib"), os.DirFS(nixpkgsLib(t))))
	return folder
}

// shown is what `nix flake show --json` says of an output: more outputs, or a
// type and a name.
type shown map[string]any

func (s shown) names(path ...string) []string {
	var at any = map[string]any(s)
	for _, name := range path {
		at, _ = at.(map[string]any)[name]
	}
	var names []string
	for name := range at.(map[string]any) {
		names = append(names, name)
	}
	return names
}

func TestFlakeShow(t *testing.T) {
	nixpkgs := standIn(t)
	out, err := command(t, ".", "nix", "flake", "show", "--json", "path:"+library(t),
		"--no-write-lock-file", "--override-input", "nixpkgs", "path:"+nixpkgs)
	assert.NilError(t, err)
	var outputs shown
	assert.NilError(t, json.Unmarshal([]byte(out), &outputs))

	for _, system := range []string{"aarch64-linux", "x86_64-linux"} {
		assert.DeepEqual(t, set(outputs.names("packages", system)),
			set(strings.Fields("cpupower damo fio libbpf-tools nfstest pynfs xfstests xnvme")))
		assert.DeepEqual(t, set(outputs.names("checks", system)),
			set(strings.Fields("imageless libvirt controller blktests fstests gitr ltp mmtests pynfs selftests sysbench")))
		assert.DeepEqual(t, outputs.names("devShells", system), []string{"build-kernel"})
	}
	assert.DeepEqual(t, set(outputs.names("formatter")), set([]string{"aarch64-linux", "x86_64-linux"}))
	assert.DeepEqual(t, set(outputs.names("overlays")), set([]string{"default", "fio", "xfstests"}))
	assert.DeepEqual(t, set(outputs.names("templates")), set([]string{"default", "imageless", "libvirt"}))
}

// TestModuleTree: a module's name in the flake is its place in the folder
// modules, and each is there.
func TestModuleTree(t *testing.T) {
	nixpkgs := standIn(t)
	out, err := command(t, ".", "nix", "eval", "--json", "path:"+library(t)+"#nixosModules",
		"--no-write-lock-file", "--override-input", "nixpkgs", "path:"+nixpkgs)
	assert.NilError(t, err)
	var tree map[string]any
	assert.NilError(t, json.Unmarshal([]byte(out), &tree))
	named := map[string]bool{}
	flatten(tree, "", named)
	// Each is a path, so that a module imported twice counts once.
	assert.DeepEqual(t, named, set(strings.Fields(`default user backends/imageless backends/libvirt
		mounts/shares mounts/storage profiles/build-tools profiles/controller profiles/devel profiles/monitoring
		testSuites/blktests testSuites/fstests testSuites/gitr testSuites/ltp testSuites/mmtests testSuites/pynfs
		testSuites/selftests testSuites/sysbench`)))
}

func flatten(tree map[string]any, prefix string, into map[string]bool) {
	for name, value := range tree {
		if inner, ok := value.(map[string]any); ok {
			flatten(inner, prefix+name+"/", into)
			continue
		}
		into[prefix+name] = true
	}
}

// TestTemplates makes a project of each template as the documentation says, and
// builds what it outputs, over the stand-in for nixpkgs.
func TestTemplates(t *testing.T) {
	lookPath(t, "git")
	cases := []struct {
		name, template string
		image          bool
	}{
		{"the default is imageless", "", false},
		{"imageless", "#imageless", false},
		{"libvirt", "#libvirt", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			project := t.TempDir()
			_, err := command(t, project, "git", "init", "--quiet")
			assert.NilError(t, err)
			_, err = command(t, project, "nix", "flake", "init", "--template", "path:"+library(t)+c.template)
			assert.NilError(t, err)
			nixpkgs := standIn(t)
			pointAt(t, project, library(t))
			_, err = command(t, project, "git", "add", "flake.nix")
			assert.NilError(t, err)

			toplevel := build(t, project, nixpkgs, "nixosConfigurations.vm.config.system.build.toplevel")
			_, err = os.Stat(filepath.Join(toplevel, "init"))
			assert.NilError(t, err)

			if !c.image {
				return
			}
			image := build(t, project, nixpkgs, "image")
			_, err = os.Stat(filepath.Join(image, "nixos.qcow2"))
			assert.NilError(t, err)
			assert.Equal(t, build(t, project, nixpkgs, "nixosConfigurations.vm.config.system.build.image"), image)
		})
	}
}

// TestConfigurationInTheLibrary makes a project below the library, two folders
// up from which is its flake; git does not see it.
func TestConfigurationInTheLibrary(t *testing.T) {
	lookPath(t, "git", "bash")
	clone := t.TempDir()
	nixos := filepath.Join(clone, "image", "nixos")
	assert.NilError(t, os.MkdirAll(filepath.Dir(nixos), 0o755))
	assert.NilError(t, os.CopyFS(nixos, os.DirFS(library(t))))
	ignored, err := os.ReadFile("../../.gitignore")
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(filepath.Join(clone, ".gitignore"), ignored, 0o644))
	for _, argv := range [][]string{{"git", "init", "--quiet"}, {"git", "add", "."}} {
		_, err := command(t, clone, argv...)
		assert.NilError(t, err)
	}
	_, err = command(t, nixos, "bash", "-ec", `mkdir --parents configurations/my-vm && cd configurations/my-vm
		nix flake init --template "path:$PWD/../.."`)
	assert.NilError(t, err)
	text, err := os.ReadFile(filepath.Join(nixos, configurations, "my-vm", "flake.nix"))
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(string(text), "backends.imageless"))
	untracked, err := command(t, clone, "git", "ls-files", "--others", "--exclude-standard")
	assert.NilError(t, err)
	assert.Equal(t, untracked, "")
}

// TestTemplateExamples takes all the commented examples of each template out of
// their comments and evaluates the system that they make.
func TestTemplateExamples(t *testing.T) {
	nixpkgsLib(t)
	for _, name := range []string{"imageless", "libvirt"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(library(t), "templates", name, "flake.nix"))
			assert.NilError(t, err)
			project := fs.NewDir(t, "project", fs.WithFile("flake.nix", uncomment(string(text))))
			nixpkgs := standIn(t)
			source := fs.NewDir(t, "source", fs.WithFile("README", "a checkout\n"))
			manager := fs.NewDir(t, "manager", fs.WithFile("flake.nix", homeManager))
			pointAt(t, project.Path(), library(t))

			argv := append([]string{"nix", "eval", "--json", "path:" + project.Path() + "#nixosConfigurations.vm.config"},
				overrides(nixpkgs, map[string]string{"home-manager": manager.Path()})...)
			for _, input := range strings.Fields("fio kmod damo kernel nfstest pynfs xfstests xnvme") {
				argv = append(argv, "--override-input", input+"-src", "path:"+source.Path())
			}
			out, err := command(t, ".", append(argv, "--apply", `c: {
				account = c.users.users ? kdev;
				mkfs = c.systemd.services ? mkfs-mnt-nvme0;
				xdg = c.fileSystems."/etc/xdg-host".device;
				dirs = c.environment.variables.XDG_CONFIG_DIRS;
				home = c.home-manager.users.root.programs.git.enable;
				sources = map (p: builtins.readFile (p.src + "/README")) (builtins.filter
					(p: builtins.elem (p.pname or "") [ "cpupower" "damo" "fio" "kmod" "nfstest" "pynfs" "xfstests" "xnvme" ])
					c.environment.systemPackages);
				toplevel = c.system.build.toplevel.name;
			}`)...)
			assert.NilError(t, err)
			var got struct {
				Account, Mkfs, Home bool
				Xdg, Dirs, Toplevel string
				Sources             []string
			}
			assert.NilError(t, json.Unmarshal([]byte(out), &got))
			assert.Assert(t, got.Account && got.Mkfs && got.Home, "%s", out)
			assert.Equal(t, got.Xdg, "xdg")
			assert.Equal(t, got.Dirs, "/etc/xdg-host:/etc/xdg")
			assert.Equal(t, got.Toplevel, "nixos-system-stand-in")
			assert.Assert(t, len(got.Sources) >= 8, "%s", out)
			for _, source := range got.Sources {
				assert.Equal(t, source, "a checkout\n")
			}
		})
	}
}

const homeManager = `{
  outputs = { self }: {
    nixosModules.home-manager = { };
  };
}
`

// commented is code in a comment: a hash with no blank after it, or with the
// indentation of code; prose has one blank.
var commented = regexp.MustCompile(`(?m)^( *)#( {2,}\S.*|\S.*)$`)

func uncomment(text string) string { return commented.ReplaceAllString(text, "$1$2") }

// TestFromScratch is the flake that the documentation writes without a
// template, with nothing but the library's path changed.
func TestFromScratch(t *testing.T) {
	project := fs.NewDir(t, "project", fs.WithFile("flake.nix", `{
  inputs = {
    nixos-flake.url = "path:`+library(t)+`";
    nixpkgs.follows = "nixos-flake/nixpkgs";
  };

  outputs = { self, nixpkgs, nixos-flake, ... }: {
    nixosConfigurations.vm = nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [
        nixos-flake.nixosModules.backends.imageless
        nixos-flake.nixosModules.profiles.devel
        {
          nixpkgs.overlays = [ nixos-flake.overlays.default ];
          environment.systemPackages = with nixpkgs.legacyPackages.x86_64-linux; [
            gdb
          ];
        }
      ];
    };
  };
}
`))
	nixpkgs := standIn(t)
	build(t, "path:"+project.Path(), nixpkgs, "nixosConfigurations.vm.config.system.build.toplevel")
}

// TestVmprovPackage: the library packages vmprov itself where it lies in
// vmprov's own tree, and a copy of the library alone does without.
func TestVmprovPackage(t *testing.T) {
	lookPath(t, "git")
	nixpkgs := standIn(t)
	tree := fs.NewDir(t, "tree", fs.WithFile("go.mod", "module vmprov\n"),
		fs.WithDir("internal", fs.WithDir("run", fs.WithFile("up.go", "package run\n"))))
	assert.NilError(t, os.MkdirAll(tree.Join("image"), 0o755))
	assert.NilError(t, os.CopyFS(tree.Join("image", "nixos"), os.DirFS(library(t))))
	for _, argv := range [][]string{{"git", "init", "--quiet"}, {"git", "add", "."}} {
		_, err := command(t, tree.Path(), argv...)
		assert.NilError(t, err)
	}
	for flake, want := range map[string]bool{
		"git+file://" + tree.Path() + "?dir=image/nixos": true,
		"path:" + library(t):                             false,
	} {
		out, err := command(t, ".", "nix", "eval", "--json", flake+"#packages.x86_64-linux", "--apply", "p: p ? vmprov",
			"--no-write-lock-file", "--override-input", "nixpkgs", "path:"+nixpkgs)
		assert.NilError(t, err)
		assert.Equal(t, decode(t, out), want, "%s", flake)
	}
}

// TestChecks builds the checks by the documented commands' attributes.
func TestChecks(t *testing.T) {
	nixpkgs := standIn(t)
	for _, check := range []string{"imageless", "libvirt", "controller", "fstests"} {
		out, err := command(t, ".", "nix", "build", "--json", "--no-link", "--no-write-lock-file",
			"path:"+library(t)+"#checks.x86_64-linux."+check, "--override-input", "nixpkgs", "path:"+nixpkgs)
		assert.NilError(t, err)
		assert.Assert(t, strings.Contains(out, "nixos-system"), "%s", out)
	}
}

// pointAt does what the documentation has the user do with an editor.
func pointAt(t *testing.T, project, library string) {
	t.Helper()
	path := filepath.Join(project, "flake.nix")
	text, err := os.ReadFile(path)
	assert.NilError(t, err)
	const placeholder = `nixos-flake.url = "path:/path/to/nixos-flake";`
	assert.Equal(t, strings.Count(string(text), placeholder), 1)
	changed := strings.Replace(string(text), placeholder, `nixos-flake.url = "path:`+library+`";`, 1)
	assert.NilError(t, os.WriteFile(path, []byte(changed), 0o600))
}

// overrides are the arguments that put the stand-in in nixpkgs' place.
func overrides(nixpkgs string, others map[string]string) []string {
	argv := []string{"--no-write-lock-file", "--override-input", "nixos-flake/nixpkgs", "path:" + nixpkgs}
	for name, path := range others {
		argv = append(argv, "--override-input", name, "path:"+path)
	}
	return argv
}

// build builds an attribute of a flake and gives its store path.
func build(t *testing.T, flake, nixpkgs, attribute string) string {
	t.Helper()
	argv := append([]string{"nix", "build", "--json", "--no-link", flake + "#" + attribute}, overrides(nixpkgs, nil)...)
	out, err := command(t, ".", argv...)
	assert.NilError(t, err)
	var built []struct{ Outputs struct{ Out string } }
	assert.NilError(t, json.Unmarshal([]byte(out), &built))
	assert.Equal(t, len(built), 1)
	return built[0].Outputs.Out
}

func set(names []string) map[string]bool {
	of := map[string]bool{}
	for _, name := range names {
		of[name] = true
	}
	return of
}
