// SPDX-License-Identifier: Apache-2.0

// Package virt is the road to one libvirtd: connections, what the host can do,
// preflight of paths, metadata as raw text and what an error means. It is the
// only caller of libvirt's connect.
package virt

import (
	"context"
	"errors"

	"libvirt.org/go/libvirt"
)

// ErrNoDaemon says that no libvirtd answers.
var ErrNoDaemon = errors.New("libvirtd does not answer")

// Client is one libvirtd. A connection has five requests in flight at most, so
// calls that change things go over a small pool of connections.
type Client struct{}

// Connect opens a libvirt URI. Where nothing answers the error wraps ErrNoDaemon.
func Connect(ctx context.Context, uri string) (*Client, error) { panic("unwritten") }

// Close closes every connection.
func (c *Client) Close() { panic("unwritten") }

// URI is what was connected to.
func (c *Client) URI() string { panic("unwritten") }

// Do runs fn with a connection of the pool. libvirt's calls do not see a
// context: Do checks it before, and fn between calls.
func (c *Client) Do(ctx context.Context, fn func(*libvirt.Connect) error) error { panic("unwritten") }

// DomainEvent is a lifecycle or guest agent event of one domain.
type DomainEvent struct {
	Kind   DomainEventKind
	Detail string // libvirt's word, such as "crashed" or "shutdown"
}

// DomainEventKind is what happened to a domain.
type DomainEventKind int

// Kinds of domain events.
const (
	DomainStarted DomainEventKind = iota + 1
	DomainStopped
	DomainCrashed
	AgentConnected
	AgentDisconnected
	// DomainUndefined comes last.
	DomainUndefined
)

// Watch gives the events of one domain from now on; call stop when done.
// Events are buffered and never block libvirt.
func (c *Client) Watch(uuid string) (events <-chan DomainEvent, stop func(), err error) {
	panic("unwritten")
}
