// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"vmprov/internal/config"
)

// Metadata namespace and prefix of the mark (libvirt's <metadata> wants both).
const (
	MarkNamespace = "https://vmprov.dev/mark/1"
	MarkPrefix    = "vmprov"
)

// Intent is a change that was begun. The next changing command carries it on.
type Intent string

// Intents.
const (
	IntentNone    Intent = ""
	IntentCreate  Intent = "create"
	IntentChange  Intent = "change"
	IntentRecycle Intent = "recycle"
	// IntentRollback: a recycle that failed goes back to the overlay it had.
	IntentRollback Intent = "rollback"
	IntentDestroy  Intent = "destroy"
	// IntentKeep is a destroy that leaves the data disks.
	IntentKeep Intent = "destroy but keep disks"
)

// Wanted is the state that the user wants a guest in.
type Wanted string

// Wanted states.
const (
	WantedRunning Wanted = "running"
	WantedStopped Wanted = "stopped"
)

// Origin is the configuration that a project comes from; it tells two
// controllers of one host apart.
type Origin struct {
	Machine string `xml:"machine,attr"` // machine-id(5)
	Path    string `xml:"path,attr"`    // real path of the configuration
	UID     int    `xml:"uid,attr"`     // owner of the configuration
}

// Base is the image that an overlay backs on.
type Base struct {
	Identity  string `xml:"identity,attr"`
	Path      string `xml:"path,attr"`
	Format    string `xml:"format,attr"`
	StorePath string `xml:"store,attr,omitempty"`
	// Size is the virtual size in bytes.
	Size uint64 `xml:"size,attr"`
	// Boot is what the guest boots directly; nil for a boot from the image. A
	// guest without an image has nothing else, but for the store path.
	Boot *Boot `xml:"boot"`
}

// differs says that a guest on one base runs something else than on the other.
func (b Base) differs(other Base) bool { return b.whole() != other.whole() }

// whole is the identity of all that a guest runs from.
func (b Base) whole() string { return b.Identity + "\n" + b.bootIdentity() }

func (b Base) bootIdentity() string {
	if b.Boot == nil {
		return ""
	}
	return b.Boot.Identity()
}

// imageless says that a guest has no image, and so no root overlay.
func (b Base) imageless() bool { return b.Boot != nil && b.Boot.Closure != "" }

// Volume is one volume that a mark owns.
type Volume struct {
	Name string `xml:"name,attr"`
	// Disk is the data disk it is for; empty for the root overlay and the console log.
	Disk string `xml:"disk,attr,omitempty"`
	// Base is the image that a data disk's overlay backs on; nil for none.
	Base *Base `xml:"base"`
}

// Fingerprint is of the inactive XML without metadata, as libvirt gave it back
// after a define; under another libvirt version it is renewed, not compared.
type Fingerprint struct {
	LibVersion uint32 `xml:"libvirt,attr"`
	Sum        string `xml:"sum,attr"`
	// Definition is that XML, compressed (gzip, base64): what a hand edit is
	// compared with to say what was edited.
	Definition string `xml:",chardata"`
}

// Mark is what vmprov writes into the metadata of a domain: whose it is, what
// was applied, what it owns and what was begun. It is the only state there is.
type Mark struct {
	XMLName xml.Name `xml:"mark"`
	Version string   `xml:"version,attr"` // of vmprov
	Project string   `xml:"project,attr"`
	Guest   string   `xml:"guest,attr"`
	Wanted  Wanted   `xml:"wanted,attr"`
	Intent  Intent   `xml:"intent,attr,omitempty"`
	// Birth tells the guest from one of the same name that was destroyed before.
	Birth string `xml:"birth,attr,omitempty"`
	// Generation is the root overlay in use; Previous the one before it while a
	// recycle is open, with the base it backs on.
	Generation int `xml:"generation,attr"`
	Previous   int `xml:"previous,attr,omitempty"`
	// Highest is the generation that a rollback gave up: none is used twice, for
	// its host key is known.
	Highest int `xml:"highest,attr,omitempty"`
	// Ready is set in the live mark once the guest was seen ready; a start
	// begins without it.
	Ready bool `xml:"ready,attr,omitempty"`
	// Kernel is set in the live mark too: what `uname -r` said then.
	Kernel string `xml:"kernel,attr,omitempty"`
	Origin Origin `xml:"origin"`
	Pool   string `xml:"pool"`
	// PoolUUID is set when vmprov made the pool, so that destroy may remove it.
	PoolUUID     string `xml:"poolUUID,omitempty"`
	Base         Base   `xml:"base"`
	PreviousBase *Base  `xml:"previousBase,omitempty"`
	// Runs is what the guest runs with where its next boot has another base.
	Runs *Base `xml:"runs,omitempty"`
	// Switched are the store paths of the closures that the running guest was
	// switched to since its boot, whose programs it may run.
	Switched []string `xml:"switched"`
	// Console is the volume of the console log, where each boot has its own;
	// Boots counts those.
	Console string `xml:"console,omitempty"`
	Boots   int    `xml:"boots,attr,omitempty"`
	// HostKey is the public key of the ssh server that the guest was given; empty for none.
	HostKey     string      `xml:"hostKey,omitempty"`
	Volumes     []Volume    `xml:"volume"`
	Keys        []string    `xml:"key"`
	Fingerprint Fingerprint `xml:"fingerprint"`
	// Applied is the canonical JSON of the applied spec.
	Applied string `xml:"spec"`
}

// Encode is the mark as an element with vmprov's prefix bound, fit for
// <metadata> and for virDomainSetMetadata.
func (m Mark) Encode() string {
	m.XMLName = xml.Name{Local: "mark"}
	return encodeElement(m)
}

// DecodeMark finds the mark in the raw text of a <metadata> element; ok is
// false when there is none, and a mark that cannot be read is an error.
func DecodeMark(metadata string) (m Mark, ok bool, err error) {
	ok, err = decodeElement(metadata, &m)
	if err == nil && ok && m.PreviousBase == nil && (m.Intent == IntentRecycle || m.Intent == IntentRollback) {
		err = fmt.Errorf("read mark: a %s is open and the overlay before it is not named", m.Intent)
	}
	return m, ok, err
}

func encodeElement(m any) string {
	text, err := xml.Marshal(m)
	if err != nil { // structs of strings and numbers always marshal
		panic(err)
	}
	return strings.Replace(string(text), "<mark ", `<mark xmlns="`+MarkNamespace+`" `, 1)
}

// decodeElement reads vmprov's element out of raw metadata into m.
func decodeElement(metadata string, m any) (bool, error) {
	d := xml.NewDecoder(strings.NewReader(metadata))
	for {
		token, err := d.Token()
		if err != nil {
			return false, nil // the end: foreign metadata, or none
		}
		start, isStart := token.(xml.StartElement)
		if !isStart {
			continue
		}
		if start.Name.Space != MarkNamespace || start.Name.Local != "mark" {
			if err := d.Skip(); err != nil {
				return false, nil
			}
			continue
		}
		if err := d.DecodeElement(m, &start); err != nil {
			return false, fmt.Errorf("read mark: %w", err)
		}
		return true, nil
	}
}

// Spec is the applied spec.
func (m Mark) Spec() (config.Guest, error) {
	var g config.Guest
	if err := json.Unmarshal([]byte(m.Applied), &g); err != nil {
		return g, fmt.Errorf("read applied spec of guest `%s`: %w", m.Guest, err)
	}
	return g, nil
}

// encodeSpec is the canonical JSON of a spec.
func encodeSpec(g config.Guest) string {
	data, err := json.Marshal(g)
	if err != nil { // plain values
		panic(err)
	}
	return string(data)
}

// next is the generation of the guest's next root overlay.
func (m Mark) next() int { return max(m.Generation, m.Highest) + 1 }

// owns says that a volume is the mark's.
func (m Mark) owns(volume string) bool {
	return slices.ContainsFunc(m.Volumes, func(v Volume) bool { return v.Name == volume })
}

// bases are all that the guest runs with, boots next, or may go back to.
func (m Mark) bases() []Base {
	out := []Base{m.Base}
	for _, b := range []*Base{m.PreviousBase, m.Runs} {
		if b != nil {
			out = append(out, *b)
		}
	}
	return out
}

// StorePaths are what must not be collected while the guest is there.
func (m Mark) StorePaths() []string {
	out := slices.Clone(m.Switched)
	for _, b := range m.bases() {
		out = append(out, b.StorePath)
		if b.Boot != nil {
			out = append(out, b.Boot.StorePaths()...)
		}
	}
	for _, v := range m.Volumes {
		if v.Base != nil {
			out = append(out, v.Base.StorePath)
		}
	}
	return slices.DeleteFunc(out, func(path string) bool { return path == "" })
}

// base is the image that a volume backs on; nil for none.
func (m Mark) base(volume string) *Base {
	if i := slices.IndexFunc(m.Volumes, func(v Volume) bool { return v.Name == volume }); i >= 0 {
		return m.Volumes[i].Base
	}
	return nil
}

// rebased is the mark with a volume that it owns on another image.
func (m Mark) rebased(volume string, base *Base) Mark {
	m.Volumes = slices.Clone(m.Volumes)
	for i := range m.Volumes {
		if m.Volumes[i].Name == volume {
			m.Volumes[i].Base = base
		}
	}
	return m
}

// with is the mark owning these volumes too.
func (m Mark) with(volumes ...Volume) Mark {
	m.Volumes = slices.Clone(m.Volumes)
	for _, v := range volumes {
		if !m.owns(v.Name) {
			m.Volumes = append(m.Volumes, v)
		}
	}
	return m
}

// without is the mark no longer owning the named volumes.
func (m Mark) without(names ...string) Mark {
	m.Volumes = slices.DeleteFunc(slices.Clone(m.Volumes), func(v Volume) bool { return slices.Contains(names, v.Name) })
	return m
}

// NetworkMark is what vmprov writes into the metadata of a network.
type NetworkMark struct {
	XMLName xml.Name `xml:"mark"`
	Version string   `xml:"version,attr"`
	Project string   `xml:"project,attr"`
	Network string   `xml:"network,attr"`
	Origin  Origin   `xml:"origin"`
}

// Encode is like Mark.Encode.
func (m NetworkMark) Encode() string {
	m.XMLName = xml.Name{Local: "mark"}
	return encodeElement(m)
}

// decodeNetworkMark is DecodeMark for a network; one that cannot be read is none.
func decodeNetworkMark(metadata string) (NetworkMark, bool) {
	var m NetworkMark
	ok, err := decodeElement(metadata, &m)
	return m, ok && err == nil
}

// unmarshal reads one XML document.
func unmarshal(text string, into any) error {
	if err := xml.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("read XML: %w", err)
	}
	return nil
}

// maxDefinition bounds what a definition in a mark unpacks to.
const maxDefinition = 4 << 20

func packDefinition(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a buffer takes everything
	_ = w.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func (f Fingerprint) definition() (string, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(f.Definition))
	if err != nil {
		return "", fmt.Errorf("read definition in mark: %w", err)
	}
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return "", fmt.Errorf("read definition in mark: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxDefinition+1))
	if err != nil {
		return "", fmt.Errorf("read definition in mark: %w", err)
	}
	if len(text) > maxDefinition {
		return "", fmt.Errorf("read definition in mark: it is larger than %d bytes", maxDefinition)
	}
	return string(text), nil
}

// withoutMetadata cuts the metadata out of a domain's XML as libvirt writes it:
// a definition in a mark must not hold the mark before it.
func withoutMetadata(domainXML string) string {
	before, rest, ok := strings.Cut(domainXML, "<metadata>")
	end := strings.LastIndex(rest, "</metadata>")
	if !ok || end < 0 {
		return domainXML
	}
	return before + rest[end+len("</metadata>"):]
}
