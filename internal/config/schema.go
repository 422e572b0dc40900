// SPDX-License-Identifier: Apache-2.0

package config

// Schema is the JSON Schema (draft 2020-12) of a configuration, indented,
// generated from Document.
func Schema() ([]byte, error) { panic("unwritten") }
