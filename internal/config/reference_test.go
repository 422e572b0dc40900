// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

// section is one table of the reference: the keys of one type.
type section struct {
	title, intro string
	of           reflect.Type
	// effects is the type whose effect tags the keys have, where it is another;
	// a type without such tags has no column of effects.
	effects reflect.Type
	// list is the guest's list of these things, whose items come and go.
	list string
}

// sections are the tables in their order, first what every file has.
var sections = []section{
	{title: "The file", intro: "What stands at the top level.", of: reflect.TypeFor[Document]()},
	{title: "Pool", intro: "Either the name of a pool, or a mapping with one of these keys.", of: reflect.TypeFor[Pool]()},
	{title: "SSH", of: reflect.TypeFor[SSH]()},
	{title: "Image", intro: "Exactly one of `flake` and `file`. A rebuilt flake or a changed file is a new image, whose effect is *recycle*.", of: reflect.TypeFor[Image]()},
	{title: "Network", intro: "`nat`, `route` and `isolated` networks are made by vmprov and carry a reservation for every guest; the others are only used.", of: reflect.TypeFor[Network]()},
	{title: "Guest", intro: "`defaults` has the same keys. A guest's own key replaces the default one; mappings such as `root`, `cpu` and `nvme` merge key by key.", of: reflect.TypeFor[GuestDecl](), effects: reflect.TypeFor[Guest]()},
	{title: "Root", of: reflect.TypeFor[Root]()},
	{title: "Recycle", of: reflect.TypeFor[Recycle]()},
	{title: "Imageless", intro: "Exactly one of `flake` and `closure`.", of: reflect.TypeFor[Imageless]()},

	{title: "Disk", intro: introDisk, of: reflect.TypeFor[Disk](), list: "disks"},
	{title: "Throttle", intro: "A limit of both directions excludes those of one. A burst (`...Max`) needs its rate.", of: reflect.TypeFor[Throttle]()},
	{title: "Filesystem", of: reflect.TypeFor[Filesystem]()},
	{title: "NVMe", intro: introNVMe, of: reflect.TypeFor[NVMe]()},
	{title: "NVMeController", of: reflect.TypeFor[NVMeController]()},
	{title: "NVMeSubsystem", of: reflect.TypeFor[NVMeSubsystem]()},
	{title: "AtomicController", intro: "`atomic` of a controller.", of: reflect.TypeFor[AtomicController]()},
	{title: "AtomicNS", intro: "`atomic` of a disk.", of: reflect.TypeFor[AtomicNS]()},
	{title: "FDPSubsystem", intro: "`fdp` of a subsystem.", of: reflect.TypeFor[FDPSubsystem]()},
	{title: "Placement", intro: "`fdp` of a disk. Disks that share a handle have the same logical block size and metadata.", of: reflect.TypeFor[Placement]()},
	{title: "Zoned", intro: "QEMU starts with every zone empty, so the disk has `persist: false`. Linux takes zones of a power of two only.", of: reflect.TypeFor[Zoned]()},
	{title: "ZRWA", of: reflect.TypeFor[ZRWA]()},
	{title: "Protection", of: reflect.TypeFor[Protection]()},

	{title: "Share", of: reflect.TypeFor[Share](), list: "shares"},
	{title: "IDMap", of: reflect.TypeFor[IDMap]()},
	{title: "IDRange", of: reflect.TypeFor[IDRange]()},
	{title: "NIC", intro: "Either the name of a network, or a mapping.", of: reflect.TypeFor[NIC](), list: "networks"},
	{title: "Forward", of: reflect.TypeFor[Forward]()},

	{title: "CPU", of: reflect.TypeFor[CPU]()},
	{title: "MaxMemory", of: reflect.TypeFor[MaxMemory]()},
	{title: "DIMM", of: reflect.TypeFor[DIMM]()},
	{title: "MemoryBacking", of: reflect.TypeFor[MemoryBacking]()},
	{title: "NUMANode", of: reflect.TypeFor[NUMANode]()},
	{title: "NUMATune", of: reflect.TypeFor[NUMATune]()},
	{title: "CPUTune", of: reflect.TypeFor[CPUTune]()},

	{title: "Firmware", of: reflect.TypeFor[Firmware]()},
	{title: "TPM", of: reflect.TypeFor[TPM]()},
	{title: "Watchdog", of: reflect.TypeFor[Watchdog]()},
	{title: "Vsock", of: reflect.TypeFor[Vsock]()},
	{title: "RNG", of: reflect.TypeFor[RNG]()},
	{title: "Consoles", of: reflect.TypeFor[Consoles]()},
	{title: "Graphics", of: reflect.TypeFor[Graphics]()},
	{title: "IOMMU", of: reflect.TypeFor[IOMMU]()},
	{title: "GDB", intro: "One of `port` and `socket`.", of: reflect.TypeFor[GDB]()},
	{title: "HostDevice", of: reflect.TypeFor[HostDevice](), list: "hostDevices"},

	{title: "QEMU", intro: "Unsupported: libvirt calls such a guest tainted. vmprov compares what the file says, and not what came of it.", of: reflect.TypeFor[QEMU]()},
	{title: "XML", intro: "Unsupported: what is merged is checked as XML, and its changes by hand are found like any other.", of: reflect.TypeFor[XML]()},
}

const introDisk = "Made of one thing: a new volume (`size`), an overlay on an image (`image`), or what is there already (`path`). " +
	"A removed disk keeps its volume until `vmprov destroy`.\n\n" +
	"With `count: 8`, a disk `data` is `data-1` to `data-8`, and `serial: kdevops{index}` makes `kdevops0` to `kdevops7`: " +
	"the guest has them as `/dev/disk/by-id/virtio-kdevops0`, or of bus nvme as `/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_kdevops0`. " +
	"Namespaces of one controller have its serial and end in `_` and their id."

const introNVMe = "A controller that needs no more than a name is made by the disks that name it. " +
	"Disks of a subsystem are seen by all its controllers (multipath), which QEMU wants to have one serial."

const referenceHead = `<!-- Generated by go test ./internal/config -update; do not edit. -->
# Configuration reference

A configuration is one YAML file, by default ` + "`vmprov.yaml`" + `. An unknown key, a wrong type and a clash of names
are faults; all of them are reported at once with file, line and column (` + "`vmprov validate`" + `). The same types
make the JSON Schema that editors use (` + "`vmprov schema`" + `). The commands are in [commands.md](commands.md).

## Values

- A **size** is a whole number with a binary unit (` + "`512MiB`, `4GiB`" + `; KiB, MiB, GiB, TiB), or a number of bytes.
- A **duration** is a number with its unit: ` + "`90s`, `5m`, `1h30m`" + `.
- A **path** that is relative starts at the folder of the file. ` + "`~`" + ` is the home of the file's owner, whoever runs
  vmprov, so root's cron job means the same as the owner does.
- A **name** (of a project, guest, network, image or disk) is a DNS label: lower-case letters, digits and dashes.

## Effects

What becomes of a guest that exists when a value changes. ` + "`vmprov plan`" + ` says it for every changed field.

| effect | what it means |
|---|---|
| none | concerns vmprov's own behaviour; the guest is not touched |
| live | applied at once, also to a running guest |
| next boot | written to the definition; a running guest has it after its next boot (` + "`vmprov up --restart`" + ` boots it now) |
| recycle | takes a new root disk (` + "`vmprov recycle`, or `vmprov up --recycle`" + `) |
| recreate | takes a new data disk, whose content is lost (` + "`vmprov up --recreate GUEST`" + `) |
| identity | names the thing: another value is another guest, disk or share |
`

const referenceProbes = `
## Probe

One condition of ` + "`ready`" + `; all of them must hold.

| probe | ready when |
|---|---|
| ` + "`running`" + ` | the domain runs |
| ` + "`address`" + ` | the guest has an address |
| ` + "`agent`" + ` | the QEMU guest agent has opened its port |
| ` + "`ssh`" + ` | a login succeeded and saw every declared mount |
| ` + "`{command: [ARGV]}`" + ` | the command, run in the guest by ssh, exits 0 |
`

// TestReference holds docs/reference.md to the types; -update writes it.
func TestReference(t *testing.T) {
	golden.Assert(t, reference(t), "../../../docs/reference.md")
}

func reference(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(referenceHead)
	writeContents(&b)
	for _, s := range sections {
		writeSection(&b, s)
	}
	b.WriteString(referenceProbes)
	example, err := os.ReadFile("testdata/full.yaml")
	assert.NilError(t, err)
	_, text, _ := strings.Cut(string(example), "\n")
	b.WriteString("\n## One of everything\n\n```yaml\n" + text + "```\n")
	return b.String()
}

// column is one column of a table; it is left out where no key has anything in it.
type column struct {
	title string
	cell  func(s section, f field) string
}

var columns = []column{
	{"key", func(_ section, f field) string { return "`" + f.name + "`" }},
	{"type", func(s section, f field) string { return typeWords(tagsOf(s, f).Type, f.enum) }},
	{"default", defaultWords},
	{"range", rangeWords},
	{"becomes", elementWords},
	{"effect of a change", effectCell},
	{"meaning", func(s section, f field) string {
		meaning, _ := splitDoc(tagsOf(s, f).Tag.Get("doc"))
		return plain(meaning)
	}},
}

// plain keeps the markup of XML from being taken for that of the page.
func plain(words string) string { return strings.ReplaceAll(words, "<", `\<`) }

func tagsOf(s section, f field) reflect.StructField { return s.of.Field(f.index) }

func defaultWords(s section, f field) string {
	if f.required {
		return "*required*"
	}
	_, words := splitDoc(tagsOf(s, f).Tag.Get("doc"))
	return plain(words)
}

// rangeWords is the range tag, else what the bounds of a number say.
func rangeWords(s section, f field) string {
	switch words := tagsOf(s, f).Tag.Get("range"); {
	case words != "":
		return words
	case f.min != nil && f.max != nil:
		return fmt.Sprintf("%d to %d", *f.min, *f.max)
	case f.min != nil:
		return fmt.Sprintf("from %d", *f.min)
	}
	return ""
}

// elementWords is the element of libvirt's XML, or QEMU's device and property.
func elementWords(s section, f field) string {
	if element := tagsOf(s, f).Tag.Get("element"); element != "" {
		return "`" + element + "`"
	}
	return ""
}

// effectCell is the effect of a key, where the keys of the type have one each.
func effectCell(s section, f field) string {
	of := s.of
	if s.effects != nil {
		of = s.effects
	}
	for i := range of.NumField() {
		if of.Field(i).Tag.Get("effect") != "" {
			return effectWords(of, f.name)
		}
	}
	return ""
}

// writeContents links the tables, as many are short.
func writeContents(b *strings.Builder) {
	var links []string
	for _, s := range sections {
		links = append(links, "["+s.title+"](#"+strings.ReplaceAll(strings.ToLower(s.title), " ", "-")+")")
	}
	b.WriteString("\n## Tables\n\n" + strings.Join(append(links, "[Probe](#probe)"), ",\n") + ";\nand [one of everything](#one-of-everything).\n\n" +
		"*becomes* names the element of libvirt's XML, or QEMU's device and property where libvirt has no word.\n")
}

func writeSection(b *strings.Builder, s section) {
	fmt.Fprintf(b, "\n## %s\n\n", s.title)
	if s.intro != "" {
		b.WriteString(s.intro + "\n\n")
	}
	if s.list != "" {
		fmt.Fprintf(b, "Effect of one that is added or removed: %s.\n\n", cmp.Or(EffectWords(s.list+"[]", ""), string(EffectNextBoot)))
	}
	fields := fieldsOf(s.of)
	var titles []string
	rows := make([][]string, len(fields))
	for _, c := range columns {
		cells := make([]string, len(fields))
		for i, f := range fields {
			cells[i] = c.cell(s, f)
		}
		if strings.Join(cells, "") == "" {
			continue
		}
		titles = append(titles, c.title)
		for i, cell := range cells {
			rows[i] = append(rows[i], cell)
		}
	}
	writeRow(b, titles)
	b.WriteString(strings.Repeat("|---", len(titles)) + "|\n")
	for _, row := range rows {
		writeRow(b, row)
	}
}

func writeRow(b *strings.Builder, cells []string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// splitDoc takes the default out of a doc tag.
func splitDoc(doc string) (meaning, byDefault string) {
	var rest []string
	for part := range strings.SplitSeq(doc, "; ") {
		if value, ok := strings.CutPrefix(part, "default: "); ok {
			byDefault = value
			continue
		}
		rest = append(rest, part)
	}
	return strings.Join(rest, "; "), byDefault
}

// effectWords is the effect of a key, by the field of the same name; what is
// compared part by part has the effects of its parts.
func effectWords(of reflect.Type, key string) string {
	if words := EffectWords(of.Name(), key); words != "" {
		return words
	}
	for i := range of.NumField() {
		if jsonName(of.Field(i)) != key {
			continue
		}
		if effect := of.Field(i).Tag.Get("effect"); effect != "" && of.Field(i).Type != reflect.TypeFor[Root]() {
			return effect
		}
		if hasTable(elem(of.Field(i).Type)) {
			return "its parts'"
		}
	}
	return "identity"
}

func hasTable(t reflect.Type) bool {
	return slices.ContainsFunc(sections, func(s section) bool { return s.of == t })
}

// elem is what a pointer, a list or a mapping holds.
func elem(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}

// typeWords is how YAML writes a type.
func typeWords(t reflect.Type, enum []string) string {
	if len(enum) > 0 {
		return "`" + strings.Join(enum, "`, `") + "`"
	}
	switch {
	case t == reflect.TypeFor[Size]():
		return "size"
	case t == reflect.TypeFor[Duration]():
		return "duration"
	case t == reflect.TypeFor[Probe]():
		return "[probe](#probe)"
	case t == reflect.TypeFor[GuestDecl]():
		return "[guest](#guest)"
	case t == reflect.TypeFor[IOThread]():
		return "true or a whole number"
	case t == reflect.TypeFor[Property]():
		return "text, number, true, false or null"
	case t == reflect.TypeFor[Markup]():
		return "text of several lines"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeWords(t.Elem(), nil)
	case reflect.Slice:
		return "list of " + typeWords(t.Elem(), nil)
	case reflect.Map:
		return "mapping of name to " + typeWords(t.Elem(), nil)
	case reflect.Struct:
		link := "[" + t.Name() + "](#" + strings.ToLower(t.Name()) + ")"
		if f, ok := shorthandOf(t); ok {
			return "its `" + f.name + "` or " + link
		}
		return link
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "whole number"
	}
	return "text"
}

// TestReferenceHasEveryLevel: a struct that a file can write has a table.
func TestReferenceHasEveryLevel(t *testing.T) {
	for _, level := range levels {
		assert.Check(t, hasTable(level.of), "no table for %s", level.words)
	}
}

// TestDocumentedDefaults: the default that a doc tag names is the one that a
// guest has which says nothing.
func TestDocumentedDefaults(t *testing.T) {
	guest := specOf(t, "disks: [{name: d, size: 1GiB}]")
	checked := 0
	check := func(docs reflect.Type, value reflect.Value) {
		for _, f := range fieldsOf(docs) {
			_, want := splitDoc(docs.Field(f.index).Tag.Get("doc"))
			field := value.FieldByName(docs.Field(f.index).Name)
			if !field.IsValid() {
				continue // count: it is not of one guest
			}
			got := words(field)
			// Defaults that need a sentence, or that are left to the device.
			if want == "" || got == "" || strings.Contains(want, " ") {
				continue
			}
			checked++
			assert.Check(t, got == want, "%s of %s: documented %s, is %s", f.name, docs.Name(), want, got)
		}
	}
	check(reflect.TypeFor[GuestDecl](), reflect.ValueOf(guest))
	check(reflect.TypeFor[Disk](), reflect.ValueOf(guest.Disks[0]))
	assert.Assert(t, checked >= 8, "only %d defaults were compared", checked)
}

// TestDocumentedDefaultsAreTaken: a default in one word is a value that its
// key takes.
func TestDocumentedDefaultsAreTaken(t *testing.T) {
	checked := 0
	for _, level := range levels {
		for _, f := range fieldsOf(level.of) {
			_, value := splitDoc(level.of.Field(f.index).Tag.Get("doc"))
			of := elem(level.of.Field(f.index).Type)
			// In words, or in those of another key.
			if value == "" || value == "none" && len(f.enum) == 0 || strings.ContainsAny(value, " ,") || slices.Contains(keysOf(level.of), value) {
				continue
			}
			checked++
			assert.Check(t, takes(of, f, value), "%s of %s: default %s", f.name, level.words, value)
		}
	}
	assert.Assert(t, checked >= 40, "only %d defaults were looked at", checked)
}

// takes says whether a key of a type takes a value.
func takes(of reflect.Type, f field, value string) bool {
	if len(f.enum) > 0 {
		return slices.Contains(f.enum, value)
	}
	switch {
	case of == reflect.TypeFor[Size]():
		_, err := ParseSize(value)
		return err == nil
	case of == reflect.TypeFor[Duration]():
		_, err := ParseDuration(value)
		return err == nil
	case of.Kind() == reflect.Bool:
		return value == "true" || value == "false"
	case of.Kind() == reflect.Int:
		n, err := strconv.ParseInt(value, 10, 64)
		return err == nil && (f.min == nil || n >= *f.min) && (f.max == nil || n <= *f.max)
	}
	return of.Kind() == reflect.String || of == reflect.TypeFor[Pool]()
}

// TestDocumentedDefaultsOfQEMU: rules that count with a default of QEMU's count
// with the one that is documented.
func TestDocumentedDefaultsOfQEMU(t *testing.T) {
	of := func(level reflect.Type, name string) string {
		f, ok := level.FieldByName(name)
		assert.Assert(t, ok)
		_, value := splitDoc(f.Tag.Get("doc"))
		return value
	}
	assert.Equal(t, of(reflect.TypeFor[NVMeController](), "MDTS"), strconv.Itoa(defaultMDTS))
	assert.Equal(t, of(reflect.TypeFor[Zoned](), "ZoneSize"), defaultZoneSize.String())
	assert.Equal(t, of(reflect.TypeFor[Disk](), "LogicalBlockSize"), strconv.Itoa(minBlock))
}

// TestEveryKeyOfAGuestBecomesSomething: a key without an element is one that
// vmprov itself acts on.
func TestEveryKeyOfAGuestBecomesSomething(t *testing.T) {
	own := []reflect.Type{
		reflect.TypeFor[Document](), reflect.TypeFor[SSH](), reflect.TypeFor[Image](), reflect.TypeFor[Recycle](), reflect.TypeFor[Imageless](),
	}
	keys := []string{
		"variants", "count", "image", "imageless", "hostKey", "ready", "readyTimeout", "recycle", "stopTimeout", "name", "persist", "create",
	}
	for _, level := range levels {
		if slices.Contains(own, level.of) {
			continue
		}
		for _, f := range fieldsOf(level.of) {
			if !slices.Contains(keys, f.name) {
				assert.Check(t, level.of.Field(f.index).Tag.Get("element") != "", "%s of %s", f.name, level.words)
			}
		}
	}
}
