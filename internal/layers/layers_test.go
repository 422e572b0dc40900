// SPDX-License-Identifier: Apache-2.0

// Package layers holds the test of the import direction: a package may import
// those of the layers below its own, and never a neighbour or one above.
package layers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const module = "vmprov"

// layers from top to bottom. Sub-packages belong to the layer of the nearest
// package that is named, and may import within it: image/nixos is part of image.
var layers = [][]string{
	{"."},
	{"internal/cli"},
	{"internal/run"},
	{"internal/plan"},
	{"internal/ready"},
	{"domain", "image", "kernel", "network", "storage", "internal/guest"},
	{"internal/config", "internal/event", "internal/state", "internal/virt"},
	{"internal/foreign"},
}

// outside may import anything and be imported by nothing: it is no part of the program.
var outside = []string{"test", "examples", "internal/layers"}

// place is the layer of a package (0 is the top) and the name it is listed
// under. ok is false for a package that has no place.
func place(importPath string) (layer int, name string, ok bool) {
	rel := relative(importPath)
	if rel == "." {
		return 0, rel, true
	}
	for i, l := range layers {
		for _, name := range l {
			if within(rel, name) {
				return i, name, true
			}
		}
	}
	return 0, "", false
}

func relative(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

func within(rel, name string) bool { return rel == name || strings.HasPrefix(rel, name+"/") }

func isOutside(importPath string) bool {
	for _, name := range outside {
		if within(relative(importPath), name) {
			return true
		}
	}
	return false
}

// mayImport says why not, or nothing.
func mayImport(from, to string) error {
	if !within(to, module) || isOutside(from) {
		return nil
	}
	if isOutside(to) {
		return fmt.Errorf("%s imports %s, which is no part of the program", from, to)
	}
	above, fromName, ok := place(from)
	if !ok {
		return fmt.Errorf("%s has no layer: add it to layers", from)
	}
	below, toName, ok := place(to)
	switch {
	case !ok:
		return fmt.Errorf("%s has no layer: add it to layers", to)
	case fromName == toName, above < below:
		return nil
	case above == below:
		return fmt.Errorf("%s imports its neighbour %s", from, to)
	}
	return fmt.Errorf("%s imports %s, which is above it", from, to)
}

// restricted are calls and variables that belong to one package.
var restricted = []struct {
	importPath string
	matches    func(name string) bool
	owner      string
}{
	{"fmt", func(n string) bool { return strings.HasPrefix(n, "Print") }, "internal/cli"},
	{"os", func(n string) bool { return n == "Stdout" || n == "Stderr" }, "internal/cli"},
	{"log", func(string) bool { return true }, "internal/cli"},
	{"libvirt.org/go/libvirt", func(n string) bool { return strings.HasPrefix(n, "NewConnect") }, "internal/virt"},
}

// misuses lists what a file uses although another package owns it.
func misuses(importPath, fileName string, src any) ([]string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, fileName, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	imports := map[string]string{} // local name to path
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		local := path.Base(imported)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		imports[local] = imported
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := sel.X.(*ast.Ident)
		if !ok {
			return true
		}
		for _, r := range restricted {
			if imports[pkg.Name] == r.importPath && r.matches(sel.Sel.Name) && !within(relative(importPath), r.owner) {
				found = append(found, fmt.Sprintf("%s: %s.%s is for %s only", fset.Position(sel.Pos()), pkg.Name, sel.Sel.Name, r.owner))
			}
		}
		return true
	})
	return found, nil
}

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir            string
	GoFiles, CgoFiles, Imports []string
}

func listPackages(t *testing.T) []listed {
	t.Helper()
	// -e: a package that does not build yet is another test's matter.
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Dir,GoFiles,CgoFiles,Imports", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	assert.NilError(t, err, stderr.String())
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		assert.NilError(t, err)
		all = append(all, p)
	}
}

func TestLayers(t *testing.T) {
	seen := 0
	for _, p := range listPackages(t) {
		files := append(p.GoFiles, p.CgoFiles...)
		if len(files) == 0 || isOutside(p.ImportPath) {
			continue
		}
		seen++
		_, _, ok := place(p.ImportPath)
		assert.Check(t, ok, "%s has no layer: add it to layers", p.ImportPath)
		for _, imported := range p.Imports {
			assert.Check(t, mayImport(p.ImportPath, imported))
		}
		for _, name := range files {
			found, err := misuses(p.ImportPath, filepath.Join(p.Dir, name), nil)
			assert.NilError(t, err)
			assert.Check(t, len(found) == 0, strings.Join(found, "\n"))
		}
	}
	assert.Assert(t, seen > 5, "go list found %d packages only", seen)
}

func TestMayImport(t *testing.T) {
	for _, tc := range []struct{ from, to, want string }{
		{"vmprov", "vmprov/internal/cli", ""},
		{"vmprov/internal/cli", "vmprov/internal/virt", ""},
		{"vmprov/image", "vmprov/image/nixos", ""},
		{"vmprov/internal/plan", "vmprov/domain", ""},
		{"vmprov/internal/plan", "fmt", ""},
		{"vmprov/internal/plan", "vmprovide.org/x", ""},
		{"vmprov/test/lab", "vmprov/internal/cli", ""},
		{"vmprov/domain", "vmprov/image", "vmprov/domain imports its neighbour vmprov/image"},
		{"vmprov/domain", "vmprov/image/nixos", "vmprov/domain imports its neighbour vmprov/image/nixos"},
		{"vmprov/internal/config", "vmprov/internal/virt", "vmprov/internal/config imports its neighbour vmprov/internal/virt"},
		{"vmprov/internal/ready", "vmprov/internal/plan", "vmprov/internal/ready imports vmprov/internal/plan, which is above it"},
		{"vmprov/internal/run", "vmprov", "vmprov/internal/run imports vmprov, which is above it"},
		{"vmprov/internal/cli", "vmprov/test/lab", "vmprov/internal/cli imports vmprov/test/lab, which is no part of the program"},
		{"vmprov/internal/new", "vmprov/domain", "vmprov/internal/new has no layer: add it to layers"},
		{"vmprov/domain", "vmprov/internal/new", "vmprov/internal/new has no layer: add it to layers"},
	} {
		t.Run(tc.from+" "+tc.to, func(t *testing.T) {
			err := mayImport(tc.from, tc.to)
			if tc.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.Error(t, err, tc.want)
		})
	}
}

func TestMisuses(t *testing.T) {
	const src = `package x
import ("fmt"; "os"; lv "libvirt.org/go/libvirt"; "log")
func f() {
	fmt.Println(fmt.Sprint(os.Args))
	fmt.Fprintln(os.Stderr)
	lv.NewConnect("")
	lv.NewConnectReadOnly("")
	log.Fatal()
}`
	found, err := misuses("vmprov/internal/plan", "x.go", src)
	assert.NilError(t, err)
	assert.DeepEqual(t, found, []string{
		"x.go:4:2: fmt.Println is for internal/cli only",
		"x.go:5:15: os.Stderr is for internal/cli only",
		"x.go:6:2: lv.NewConnect is for internal/virt only",
		"x.go:7:2: lv.NewConnectReadOnly is for internal/virt only",
		"x.go:8:2: log.Fatal is for internal/cli only",
	})
	found, err = misuses("vmprov/internal/virt", "x.go", src)
	assert.NilError(t, err)
	assert.Equal(t, len(found), 3)
}
