// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirtxml"

	"vmprov/image"
	"vmprov/internal/config"
	"vmprov/internal/guest"
)

// schemas is where libvirt keeps its own.
const schemas = "/usr/share/libvirt/schemas"

// Odd values to put in the place of those of a configuration, by what that is.
var (
	oddNumbers = []string{"0", "1", "3", "64", "512", "65535"}
	oddSizes   = []string{"0", "512", "1MiB", "3MiB", "7EiB"}
	oddWords   = []string{"x", "a,b", "'<&>'", "\"\\u00e9 b\"", "none", "/"}
)

// oddPlace finds the values of a configuration, each behind its key.
var oddPlace = regexp.MustCompile(`(\w+): ([^\s,{}\[\]#&*|]+)`)

// guestPlace finds where a guest of a configuration begins.
var guestPlace = regexp.MustCompile(`(?m)^  [a-z]+:`)

// TestOddValuesRender puts odd values in place of each value of the vocabulary
// in turn. What is taken for valid becomes domains that libvirt's schema takes.
func TestOddValuesRender(t *testing.T) {
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("NOT VALIDATED: xmllint is missing; install libxml2-utils")
	}
	if _, err := os.Stat(schemas); err != nil {
		t.Skip("NOT VALIDATED: libvirt's schemas are missing; install libvirt-clients: ", err)
	}
	data, err := os.ReadFile("../config/testdata/full.yaml")
	assert.NilError(t, err)
	dir, seen := t.TempDir(), map[string]bool{}
	made := map[string]string{}
	for i, text := range oddFiles(string(data)) {
		for _, doc := range renderOdd(t, text) {
			if key := metadata.ReplaceAllString(doc, ""); !seen[key] {
				seen[key] = true
				path := filepath.Join(dir, fmt.Sprintf("%d-%d.xml", i, len(made)))
				assert.NilError(t, os.WriteFile(path, []byte(doc), 0o600))
				made[path] = text
			}
		}
	}
	assert.Assert(t, len(made) > 100, "only %d domains", len(made))
	for path, text := range refused(t, dir) {
		_, guests, _ := strings.Cut(made[path], "\nguests:\n")
		t.Errorf("%s in\n%s", text, guests)
	}
}

// newer are words that the schema of the machine may be too old for.
var newer = []string{`bus="nvme"`, `model="itco"`, `model="pvpanic"`}

// mapped is what only newer schemas than those of some machines know.
var mapped = regexp.MustCompile(`(?m)^ +idmap:\n.*\n.*\n`)

// oddFiles are configurations of one guest, each with one odd value.
func oddFiles(text string) []string {
	var out []string
	before, guests, _ := strings.Cut(mapped.ReplaceAllString(text, ""), "\nguests:\n")
	places := append(guestPlace.FindAllStringIndex(guests, -1), []int{len(guests)})
	choices := map[string][]string{}
	addChoices(choices, reflect.TypeFor[config.Document](), map[reflect.Type]bool{})
	for i, place := range places[:len(places)-1] {
		body := guests[place[0]:places[i+1][0]]
		for _, at := range oddPlace.FindAllStringSubmatchIndex(body, -1) {
			for _, value := range oddInPlaceOf(body[at[4]:at[5]], choices[body[at[2]:at[3]]]) {
				out = append(out, before+"\nguests:\n"+body[:at[4]]+value+body[at[5]:])
			}
		}
	}
	return out
}

// oddInPlaceOf are values of the same kind, which of what has choices are those.
func oddInPlaceOf(value string, choices []string) []string {
	switch {
	case len(choices) > 0:
		return choices
	case value == "true" || value == "false":
		return []string{"true", "false"}
	case strings.HasSuffix(value, "iB"):
		return oddSizes
	case strings.Trim(value, "0123456789") == "":
		return oddNumbers
	}
	return oddWords
}

// addChoices notes what each key of a type takes where that is one of a few words.
func addChoices(choices map[string][]string, of reflect.Type, done map[reflect.Type]bool) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || done[of] {
		return
	}
	done[of] = true
	for i := range of.NumField() {
		f := of.Field(i)
		for rule := range strings.SplitSeq(f.Tag.Get("jsonschema"), ",") {
			if choice, ok := strings.CutPrefix(rule, "enum="); ok {
				choices[jsonKey(f)] = append(choices[jsonKey(f)], choice)
			}
		}
		addChoices(choices, f.Type, done)
	}
}

// renderOdd is what becomes of a configuration: nothing where it is refused. A
// valid one is rendered, on a host with the nvme bus and on one without.
func renderOdd(t *testing.T, text string) []string {
	t.Helper()
	file, err := config.Parse([]byte(text), config.Environment{
		File: "/srv/lab/vmprov.yaml", Owner: config.Owner{UID: 1000, GID: 1000, Name: "ada", Home: "/home/ada"},
	})
	if err != nil {
		return nil
	}
	images := map[string]image.Artifact{}
	for name := range file.Images {
		images[name] = built(name, 1)
	}
	var out []string
	for _, native := range []bool{true, false} {
		host := equipped()
		host.NativeNVMe = native
		d := NewDesired(file, host, images, SSH{User: "root", Key: guest.KeyPair{Authorized: "key-ada"}}, "machine", "v1")
		o := Observed{Pool: emptyPool(), Networks: map[string]ObservedNetwork{}}
		for name, doc := range mustRender(t, d, o, text) {
			var parsed libvirtxml.Domain
			assert.NilError(t, parsed.Unmarshal(doc), name)
			if !slices.ContainsFunc(newer, func(word string) bool { return strings.Contains(doc, word) }) {
				out = append(out, doc)
			}
		}
	}
	return out
}

func mustRender(t *testing.T, d Desired, o Observed, text string) map[string]string {
	t.Helper()
	few := d.Declared[:min(len(d.Declared), 2)]
	docs, err := Render(d, o, few)
	if err != nil {
		_, guests, _ := strings.Cut(text, "\nguests:\n")
		t.Errorf("a valid configuration cannot be rendered: %v\n%s", err, guests)
	}
	return docs
}

// refused are the domains of a folder that the schema refuses, by path, with what
// it says of the first of its faults.
func refused(t *testing.T, dir string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	assert.NilError(t, err)
	said, _ := exec.CommandContext(t.Context(), "xmllint", append([]string{"--noout", "--relaxng", schemas + "/domain.rng"}, paths...)...).CombinedOutput()
	out := map[string]string{}
	for _, path := range paths {
		if !strings.Contains(string(said), path+" validates") {
			out[path] = "refused by the schema"
			for line := range strings.Lines(string(said)) {
				if strings.HasPrefix(line, path+":") {
					out[path] = line
					break
				}
			}
		}
	}
	return out
}
