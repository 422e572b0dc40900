// SPDX-License-Identifier: Apache-2.0

package config

import "cmp"

// Parse decodes, completes and validates the text of a configuration. It is a
// pure function: it looks at no file, user or variable of the host. The error
// is of type Faults and holds every fault.
func Parse(data []byte, env Environment) (*File, error) {
	r := newReport(cmp.Or(env.Shown, env.File), data)
	doc := decode(data, r)
	if doc == nil {
		return nil, r.err()
	}
	resolvePaths(doc, env, r)
	file := complete(doc, env, r.layout)
	families := familiesOf(doc, r)
	if !counts(families, r) {
		families = nil
	}
	for i := range families {
		families[i].complete(file)
	}
	validate(file, families, r)
	if err := r.err(); err != nil {
		return nil, err
	}
	for _, f := range families {
		file.Guests = append(file.Guests, f.expand()...)
	}
	return file, nil
}
