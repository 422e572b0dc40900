// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/xml"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"libvirt.org/go/libvirt"

	"vmprov/domain"
	"vmprov/internal/config"
)

// hostile are texts that break a codec that is careless with XML.
var hostile = map[string]string{
	"quotes":      `it's "so"`,
	"markup":      `</key></mark><mark project="q"> &amp; <!-- -->`,
	"CDATA's end": `]]>`,
	"lines":       "one\ntwo\tthree\r\nfour",
	"unicode":     "Zoë Müller 鍵 \U0001F511",
	"blanks":      "  leading and trailing  ",
	"empty":       "",
}

// fullMark is a mark with every field set, its texts the given one.
func fullMark(text string) Mark {
	return Mark{
		Version: text, Project: text, Guest: text, Wanted: WantedStopped, Intent: IntentRollback, Birth: text,
		Generation: 7, Previous: 6, Highest: 8, Ready: true,
		Origin: Origin{Machine: text, Path: "/home/" + text, UID: 1000}, Pool: text, PoolUUID: text,
		Base:         Base{Identity: text, Path: text, Format: "qcow2", StorePath: text, Size: 1 << 40},
		PreviousBase: &Base{Identity: text + "1", Path: text, Format: "raw", Size: 1},
		Volumes:      []Volume{{Name: text}, {Name: text + "2", Disk: text}},
		Keys:         []string{text, text + "2"},
		Fingerprint:  Fingerprint{LibVersion: 9000000, Sum: "abc", Definition: packDefinition("<domain>" + text)},
		Applied:      encodeSpec(config.Guest{Name: text, Cmdline: text}),
	}
}

// decoded is the mark in a <metadata>, without what only the encoding says.
func decoded(t *testing.T, metadata string) Mark {
	t.Helper()
	m, ok, err := DecodeMark(metadata)
	assert.NilError(t, err)
	assert.Assert(t, ok, "no mark in %s", metadata)
	m.XMLName = xml.Name{}
	return m
}

func TestMarkRoundTrip(t *testing.T) {
	const foreign = `<other:mark xmlns:other="urn:other" project="q"><deep><mark/></deep></other:mark>`
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			m := fullMark(text)
			assert.DeepEqual(t, decoded(t, m.Encode()), m)
			assert.DeepEqual(t, decoded(t, foreign+"\n"+m.Encode()+foreign), m)
			spec, err := m.Spec()
			assert.NilError(t, err)
			assert.Equal(t, spec.Cmdline, text)
		})
	}
}

// TestMarkWithPrefix: whether libvirt writes the prefix out is its business.
func TestMarkWithPrefix(t *testing.T) {
	const metadata = `
    <vmprov:mark xmlns:vmprov="` + MarkNamespace + `" version="v1" project="p" guest="a" wanted="running" generation="3">
      <vmprov:origin machine="m" path="/p.yaml" uid="7"/>
      <vmprov:pool>vmprov</vmprov:pool>
      <vmprov:base identity="i" path="/i" format="raw" size="1"/>
      <vmprov:volume name="v" disk="d"><vmprov:base identity="k" path="/k" format="qcow2" size="2"/></vmprov:volume>
      <vmprov:key>key-ada</vmprov:key>
      <vmprov:fingerprint libvirt="9000000" sum="s">text</vmprov:fingerprint>
      <vmprov:spec>{}</vmprov:spec>
    </vmprov:mark>`
	assert.DeepEqual(t, decoded(t, metadata), Mark{
		Version: "v1", Project: "p", Guest: "a", Wanted: WantedRunning, Generation: 3,
		Origin: Origin{"m", "/p.yaml", 7}, Pool: "vmprov", Base: Base{Identity: "i", Path: "/i", Format: "raw", Size: 1},
		Volumes: []Volume{{Name: "v", Disk: "d", Base: &Base{Identity: "k", Path: "/k", Format: "qcow2", Size: 2}}}, Keys: []string{"key-ada"}, Fingerprint: Fingerprint{9000000, "s", "text"}, Applied: "{}",
	})
}

// TestMarkThroughLibvirt: nothing of a mark is lost in libvirt, in a
// definition and in metadata that is set.
func TestMarkThroughLibvirt(t *testing.T) {
	w := newWorld(t)
	d := w.declare(plain)
	o := w.observe(d)
	p, err := DiffUp(d, o, all(d))
	assert.NilError(t, err)
	var op defineDomain
	for _, a := range p.Actions {
		if define, ok := a.Op.(defineDomain); ok {
			op = define
		}
	}
	rendered, _, err := markOf(op.xml)
	assert.NilError(t, err)
	assert.NilError(t, w.client.Do(t.Context(), func(conn *libvirt.Connect) error {
		dom, err := domain.Define(conn, op.xml)
		if err != nil {
			return err
		}
		defer func() { _ = dom.Undefine(); _ = dom.Free() }()
		text, err := domain.InactiveXML(dom)
		assert.NilError(t, err)
		got, ok, err := markOf(text)
		assert.NilError(t, err)
		assert.Assert(t, ok)
		got.XMLName, rendered.XMLName = xml.Name{}, xml.Name{}
		assert.DeepEqual(t, got, rendered)

		for name, text := range hostile {
			want := fullMark(text)
			assert.NilError(t, domain.SetMetadata(dom, MarkPrefix, MarkNamespace, want.Encode()), name)
			text, err := domain.InactiveXML(dom)
			assert.NilError(t, err)
			got, ok, err := markOf(text)
			assert.Check(t, ok && err == nil, "%s: %v", name, err)
			got.XMLName = xml.Name{}
			assert.DeepEqual(t, got, want)
			assert.Check(t, !strings.Contains(withoutMetadata(text), "vmprov:"), name)
		}
		return nil
	}))
}

func TestDecodeMarkRefuses(t *testing.T) {
	const ns = ` xmlns="` + MarkNamespace + `"`
	for _, tc := range []struct {
		name, metadata string
		want           string // an error; empty for no mark
	}{
		{"nothing", "", ""},
		{"foreign", `<a:mark xmlns:a="urn:a"/>`, ""},
		{"no namespace", `<mark project="p"/>`, ""},
		{"another version", `<mark xmlns="https://vmprov.dev/mark/2" project="p"/>`, ""},
		{"another element", `<note` + ns + `/>`, ""},
		{"below a foreign one", `<a:x xmlns:a="urn:a"><mark` + ns + ` project="p"/></a:x>`, ""},
		{"broken before it", `<a`, ""},
		{"cut off", `<mark` + ns + ` project="p"><origin`, "read mark: XML syntax error on line 1: unexpected EOF"},
		{"no number", `<mark` + ns + ` generation="two"/>`, `read mark: strconv.ParseInt: parsing "two": invalid syntax`},
		{"recycle to nowhere", `<mark` + ns + ` generation="2" intent="recycle"/>`, "read mark: a recycle is open and the overlay before it is not named"},
		{"rollback to nowhere", `<mark` + ns + ` generation="2" intent="rollback"/>`, "read mark: a rollback is open and the overlay before it is not named"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, ok, err := DecodeMark(tc.metadata)
			if tc.want == "" {
				assert.NilError(t, err)
				assert.Assert(t, !ok)
				return
			}
			assert.Error(t, err, tc.want)
		})
	}
}

func TestNetworkMark(t *testing.T) {
	for name, text := range hostile {
		want := NetworkMark{Version: text, Project: text, Network: text, Origin: Origin{Machine: text, Path: text, UID: 7}}
		got, ok := decodeNetworkMark(want.Encode())
		assert.Check(t, ok, name)
		got.XMLName = xml.Name{}
		assert.DeepEqual(t, got, want)
	}
	_, ok := decodeNetworkMark(`<mark xmlns="` + MarkNamespace + `"><origin`)
	assert.Check(t, !ok)
}

func TestDefinition(t *testing.T) {
	zeros := func(n int) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write(make([]byte, n))
		assert.NilError(t, err)
		assert.NilError(t, w.Close())
		return base64.StdEncoding.EncodeToString(b.Bytes())
	}
	for _, tc := range []struct {
		name, packed string
		length       int
		wantErr      string
	}{
		{name: "as packed", packed: packDefinition("<domain/>"), length: 9},
		{name: "with libvirt's blanks", packed: "\n    " + packDefinition("<domain/>") + "\n  ", length: 9},
		{name: "largest", packed: zeros(maxDefinition), length: maxDefinition},
		{name: "bomb", packed: zeros(64 << 20), wantErr: "read definition in mark: it is larger than 4194304 bytes"},
		{name: "no base64", packed: "!", wantErr: "read definition in mark: illegal base64 data at input byte 0"},
		{name: "no gzip", packed: "PGRvbWFpbi8+", wantErr: "read definition in mark: unexpected EOF"},
		{name: "cut off", packed: packDefinition("<domain/>")[:24], wantErr: "read definition in mark: unexpected EOF"},
		{name: "empty", packed: "", wantErr: "read definition in mark: EOF"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text, err := Fingerprint{Definition: tc.packed}.definition()
			if tc.wantErr != "" {
				assert.Error(t, err, tc.wantErr)
				return
			}
			assert.NilError(t, err)
			assert.Equal(t, len(text), tc.length)
		})
	}
}

func TestWithoutMetadata(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"<domain><metadata><a/></metadata><os/></domain>", "<domain><os/></domain>"},
		{"<domain><metadata><x><metadata>1</metadata></x></metadata><os/></domain>", "<domain><os/></domain>"},
		{"<domain><metadata/><os/></domain>", "<domain><metadata/><os/></domain>"},
		{"<domain><os/></domain>", "<domain><os/></domain>"},
		{"<domain><metadata>", "<domain><metadata>"},
	} {
		assert.Check(t, withoutMetadata(tc.in) == tc.want, tc.in)
	}
}
