// SPDX-License-Identifier: Apache-2.0

package run

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"vmprov/image/nixos"
	"vmprov/internal/config"
)

// InitOptions are the flags of init.
type InitOptions struct {
	// Dir is the folder to fill; it is made when it is missing.
	Dir string
	// Template is one of nixos.Templates.
	Template string
	// Library is where the flake finds the NixOS library: a folder or a flake
	// URL; empty for the one in this binary, which is unpacked.
	Library string
	// Project is the project's name; empty for one made of the folder's.
	Project string
	// Git makes the folder a git repository with the files in its index.
	Git bool
}

// InitResult is what init wrote.
type InitResult struct {
	// Dir is an absolute path.
	Dir      string `json:"dir"`
	Template string `json:"template"`
	Project  string `json:"project"`
	// Library is the URL that the flake has.
	Library string   `json:"library"`
	Files   []string `json:"files"`
	// Notes say what is to be put in before a guest comes up.
	Notes []string `json:"notes,omitempty"`
}

// schemaFile is beside the configuration, for editors.
const schemaFile = "vmprov.schema.json"

// Check refuses what no folder could make right.
func (o InitOptions) Check() error {
	if _, err := nixos.Template(o.Template, ""); err != nil {
		return err
	}
	if o.Project != "" {
		if err := config.CheckName(o.Project); err != nil {
			return fmt.Errorf("project %w", err)
		}
	}
	if o.Library != "" {
		_, err := libraryURL(o.Library)
		return err
	}
	return nil
}

// Init writes a configuration folder: a flake from one of the library's
// templates, and a vmprov.yaml that boots it. It overwrites nothing: where one
// of its files is there already, nothing is written.
func Init(ctx context.Context, o InitOptions) (*InitResult, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("init %s: %w", o.Dir, err)
	}
	var git string
	if o.Git {
		if git, err = findGit(); err != nil {
			return nil, err
		}
	}
	out := &InitResult{Dir: dir, Template: o.Template}
	files, err := o.files(dir, out)
	if err != nil {
		return nil, err
	}
	if err := writeNew(dir, files); err != nil {
		return nil, err
	}
	for _, f := range files {
		out.Files = append(out.Files, f.name)
	}
	if o.Git {
		return out, addToGit(ctx, git, dir, out.Files)
	}
	return out, nil
}

// files are what a folder gets, in the order in which they are told.
func (o InitOptions) files(dir string, out *InitResult) ([]newFile, error) {
	if err := clashes(dir, []string{"flake.nix", config.DefaultFile, schemaFile}); err != nil {
		return nil, err
	}
	library, err := o.library()
	if err != nil {
		return nil, err
	}
	out.Library = library
	flake, err := nixos.Template(o.Template, library)
	if err != nil {
		return nil, err
	}
	if out.Project, err = o.project(dir); err != nil {
		return nil, err
	}
	text, err := configurationOf(o.Template, out.Project, filepath.Join(dir, config.DefaultFile))
	if err != nil {
		return nil, err
	}
	schema, err := config.Schema()
	if err != nil {
		return nil, err
	}
	if o.Template == nixos.TemplateImageless {
		out.Notes = append(out.Notes, fmt.Sprintf("the guest boots the kernel %s: name your own in %s", defaultKernel, config.DefaultFile))
	}
	return []newFile{{"flake.nix", []byte(flake)}, {config.DefaultFile, []byte(text)}, {schemaFile, schema}}, nil
}

func (o InitOptions) project(dir string) (string, error) {
	name := cmp.Or(o.Project, projectOf(dir))
	if name == "" {
		return "", fmt.Errorf("init %s: no project can be named after this folder; name it with --project", dir)
	}
	return name, nil
}

// projectOf makes a project's name of a folder's: lower case, with `-` for what
// cannot be in a name. It is empty when nothing is left, and leaves room for
// the name of the guest behind it.
func projectOf(dir string) string {
	const longest = 40
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(filepath.Base(dir)))
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' })
	name = strings.Join(words, "-")
	return strings.Trim(name[:min(len(name), longest)], "-")
}
