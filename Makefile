# SPDX-License-Identifier: Apache-2.0

# Build tags; libvirt_dlopen makes a binary that needs no libvirt of a certain
# version at build or start, and finds it when it runs.
TAGS ?=
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
E2E_TIMEOUT ?= 45m
# Arguments for go test in e2e and bench, such as -run TestRecycle -v.
ARGS ?=

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# The version is in the ldflags already, and asking git fails for root in
# another user's clone.
export GOFLAGS += -buildvcs=false

# Root is for namespaces and owners of files only; what root builds lies in
# root's own cache.
ROOT := $(if $(filter 0,$(shell id -u)),,sudo env "PATH=$$PATH" "GOFLAGS=$(GOFLAGS)" )
LAB := $(ROOT)test/lab
# Where the stock image of test-distro is kept.
DISTRO_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/vmprov-distro
# Where the tree of test-sid is kept.
SID_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/vmprov-sid

# Every stage of `make test`, in order.
STAGES := setup fmt-check vet lint unit xml e2e

.DEFAULT_GOAL := build
.PHONY: help build test demo bench test-distro test-sid clean fmt lint-go lint-shell $(STAGES)

build: ## build ./vmprov (the default)
	go build -tags '$(TAGS)' -ldflags '-X vmprov/internal/cli.version=$(VERSION)' -o vmprov .

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

setup: ## install with apt what is missing
	@hack/setup.sh

test: ## run every stage: setup fmt-check vet lint unit xml e2e
	@set -e; for stage in $(STAGES); do \
		printf '\n== %s\n' $$stage; \
		$(MAKE) --no-print-directory $$stage; \
	done; printf '\n== all stages passed\n'

fmt: ## format the Go code
	gofmt -w .

fmt-check: ## fail where the Go code is not formatted
	@bad=$$(gofmt -l .); [ -z "$$bad" ] || { echo "not formatted (make fmt): $$bad" >&2; exit 1; }

vet: ## go vet
	go vet ./...

lint: lint-go lint-shell ## staticcheck and shellcheck

lint-go:
	go run $(STATICCHECK) ./...

lint-shell:
	find . -path ./.git -prune -o -path ./configurations -prune -o -type f -print0 | \
		xargs -0 grep -lZE '^#!(@out@.*)?/bin/(busybox )?(ba|da)?sh' | xargs -0 shellcheck

unit: ## tests that need no libvirtd
	go test $$(go list ./... | grep -v '^vmprov/test')

xml: ## hold rendered XML to libvirt's own schemas
	@for tool in virt-xml-validate xmllint; do \
		command -v $$tool >/dev/null || { echo "$$tool is missing (make setup)" >&2; exit 1; }; \
	done
	go test -count=1 -v -run 'Schema' ./domain ./network ./storage

e2e: ## booted guests on a private libvirtd (ARGS='-run NAME' picks)
	$(LAB) go test -count=1 -p 1 -timeout $(E2E_TIMEOUT) -run '^TestLab' ./domain/... ./network/... ./storage/... ./image/... ./internal/...
	$(LAB) go test -count=1 -timeout $(E2E_TIMEOUT) $(ARGS) ./test/...
	@[ -n "$$VMPROV_NIXPKGS_LIB" ] || echo "e2e: note: VMPROV_NIXPKGS_LIB is not set, so the NixOS library was parsed and checked in structure, and not evaluated with nixpkgs' lib"

bench: ## speed, as ratios in one run
	$(LAB) go test -count=1 -timeout $(E2E_TIMEOUT) -run '^$$' -benchtime 1x -bench . $(ARGS) ./test

demo: ## bring the quickstart guest up and look inside
	@hack/demo.sh

test-distro: ## a stock Debian 13 guest, nothing prepared (slow, needs the network)
	image=$$($(ROOT)test/distro-image '$(DISTRO_CACHE)') && \
	$(LAB) env VMPROV_DISTRO_IMAGE="$$image" go test -count=1 -timeout $(E2E_TIMEOUT) -v -run '^TestDistro' ./test

test-sid: ## libvirt and QEMU of Debian sid, in a tree of it (slow, needs the network)
	$(ROOT)test/sid '$(SID_CACHE)' $(ARGS)

clean: ## remove what was built
	rm -f vmprov result
