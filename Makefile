# Needs Go and make; `make race` also needs gcc, and `make lint` and `make check-commits` need git.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

BIN := bin
GO ?= go
# How long each fuzz target runs.
FUZZTIME ?= 5s
# How many events `make million` transforms.
EVENTS ?= 1000000
# The protoc plugins of the main module. buf and our own plugin are of tools/, golangci-lint is of tools/lint/.
PLUGINS := $(addprefix $(BIN)/,protoc-gen-go protoc-gen-go-grpc protoc-gen-grpc-gateway protoc-gen-openapiv2)
PACKAGES ?= ./...
# Our modules: the product's, and those whose dependencies are not its own. Where PACKAGES names some, they are the product's.
# test/rudderserver is left out: it needs minutes to build, and has a target of its own.
MODULES := $(if $(filter ./...,$(PACKAGES)),. test/load tools tools/bench,.)

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- For everybody ----

.PHONY: demo
demo: build ## Start the server, transform examples/, deliver events to a sandbox, and show what came out and what arrived
	@$(GO) run ./examples/demo -server $(BIN)/rudder-clevertap -examples examples

.PHONY: test
test: ## Run all tests
	@for module in $(MODULES); do $(GO) -C "$$module" test $(PACKAGES); done

.PHONY: build
build: ## Build bin/rudder-clevertap
	@mkdir -p $(BIN)
	$(GO) build -trimpath -o $(BIN)/ ./cmd/rudder-clevertap

.PHONY: run
run: build ## Serve gRPC and REST on this machine until Ctrl-C
	$(BIN)/rudder-clevertap serve

.PHONY: million
million: build $(BIN)/million ## Transform a million generated events and show the rate and the peak memory (EVENTS=1000000)
	@$(BIN)/million -program $(BIN)/rudder-clevertap -events $(EVENTS) -destination examples/destinations/plain.json

# ---- For those who change it ----

.PHONY: race
race: ## Run all tests under the race detector
	@for module in $(MODULES); do CGO_ENABLED=1 $(GO) -C "$$module" test -race $(PACKAGES); done

.PHONY: fuzz
fuzz: ## Run each fuzz target for a while (FUZZTIME=5s)
	@grep -rlE --include='*_test.go' '^func Fuzz' . | xargs -r grep -oHE '^func Fuzz[A-Za-z0-9_]+' | sort -u \
	| while IFS=: read -r file target; do \
		echo "== $$file $${target#func }"; \
		(cd "$$(dirname "$$file")" && $(GO) test -run '^$$' -fuzz "^$${target#func }\$$" -fuzztime $(FUZZTIME)) || exit 1; \
	done

.PHONY: bench
bench: ## Run the Go benchmarks with allocation counts, ready for benchstat (COUNT=6 BENCH=. BENCHTIME=0.5s)
	$(GO) test $(PACKAGES) $(BENCHFLAGS) -count $(COUNT)

COUNT ?= 6
BENCH ?= .
BENCHTIME ?= 0.5s
BENCHFLAGS = -run '^$$' -bench '$(BENCH)' -benchmem -benchtime $(BENCHTIME)

.PHONY: bench-compare
bench-compare: $(BIN)/benchstat ## Compare the benchmarks of a commit with those of what is here (BASE=main)
	@test -n "$(BASE)" || { echo "say what to compare with: make bench-compare BASE=main"; exit 2; }
	@dir="$$(mktemp -d)"; trap 'rm -rf "$$dir"' EXIT; mkdir "$$dir/base"; \
	git archive "$(BASE)" | tar -x -C "$$dir/base"; \
	for run in $$(seq $(COUNT)); do \
		if [ -t 2 ]; then echo "run $$run of $(COUNT)" >&2; fi; \
		(cd "$$dir/base" && $(GO) test $(PACKAGES) $(BENCHFLAGS)) >> "$$dir/$(notdir $(BASE)).txt"; \
		$(GO) test $(PACKAGES) $(BENCHFLAGS) >> "$$dir/here.txt"; \
	done; \
	cd "$$dir" && $(CURDIR)/$(BIN)/benchstat "$(notdir $(BASE)).txt" here.txt

.PHONY: bench-parsers
bench-parsers: ## Compare our JSON tree with the libraries that could stand in its place (COUNT=6 BENCHTIME=0.5s)
	$(GO) -C tools/bench test $(BENCHFLAGS) -count $(COUNT) ./parsers

# How many events `make soak` delivers each way, and how often it kills the program meanwhile.
SOAK_EVENTS ?= 200000
SOAK_KILLS ?= 5

.PHONY: soak
soak: build ## Deliver many events while CleverTap fails and the program is killed, and see that what is promised holds (SOAK_EVENTS=200000)
	@$(GO) run ./test/soak -program $(BIN)/rudder-clevertap -events $(SOAK_EVENTS) -kills $(SOAK_KILLS)

# What of it to measure, and how; see test/load/main.go.
ARGS ?=

.PHONY: load
load: build $(BIN)/load ## Hold the server, the engine and the command line against their ceilings (ARGS='grpc-batch --tracing')
	@$(BIN)/load compare --program $(BIN)/rudder-clevertap $(ARGS)

.PHONY: load-transformer
load-transformer: build $(BIN)/load ## Hold rudder-transformer's routes, in batches of 100 mixed events, against a net/http echo
	@$(BIN)/load compare --program $(BIN)/rudder-clevertap transformer $(ARGS)

.PHONY: load-growth
load-growth: build $(BIN)/load ## Show how cost grows with batches, events and streams, in docs/performance.md and plots
	@report="$$(mktemp)"; trap 'rm -f "$$report"' EXIT; \
	$(BIN)/load growth --program $(BIN)/rudder-clevertap --update docs/performance.md --json $(ARGS) > "$$report"; \
	cd tools/bench && $(GO) run ./plot -to $(CURDIR)/docs < "$$report"

.PHONY: load-replicas
load-replicas: build $(BIN)/load ## Show that streams spread over replicas which come and go, and that nothing is lost or repeated
	@$(BIN)/load replicas --program $(BIN)/rudder-clevertap $(ARGS)

.PHONY: load-profile
load-profile: $(BIN)/load ## Show what the server's processor time goes to (ARGS='grpc-batch --time 2s')
	@$(BIN)/load profile $(ARGS)

# Go knows whether they are current.
.PHONY: $(BIN)/load $(BIN)/million
$(BIN)/load:
	@$(GO) -C test/load build -o $(CURDIR)/$@ .
$(BIN)/million:
	@$(GO) -C test/load build -o $(CURDIR)/$@ ./million

# Where the rules are, and the tests that must notice when one is another. Those that are left out count allocations, or go on long.
MUTATED := $(addprefix mapping/internal/,rules guide transformer times)
MUTATEFLAGS = --tests mapping,mapping/internal/rules,mapping/internal/guide,mapping/internal/times --first '^TestCases$$' \
	--skip 'Allocations|Huge|Refusals|EveryDay|NamesItsUsers|RealSenders' --wording '^mapping/internal/transformer/' --sample $(SAMPLE) --seed '$(SEED)'
# How many mutants to try, drawn by chance; 0 tries all. The seed may be any text.
SAMPLE ?= 0
SEED ?=

.PHONY: mutate
mutate: $(BIN)/mutate ## Change the rules in one place at a time, and list what no test notices (SAMPLE=500 SEED=x)
	@$(BIN)/mutate $(MUTATEFLAGS) $(ARGS) $(MUTATED)

.PHONY: $(BIN)/mutate
$(BIN)/mutate:
	@$(GO) -C tools build -o $(CURDIR)/$@ ./mutate

.PHONY: docs
docs: ## Write the tables of docs/ anew, from what they are about
	$(GO) test -count=1 -run 'TestTables|TestDocumented' ./docs ./cmd/rudder-clevertap -update

.PHONY: generate
generate: tools protodeps ## Generate gen/ from proto/
	@new="$$(mktemp -d)"; trap 'rm -rf "$$new"' EXIT; \
	$(BIN)/buf generate --output "$$new" && rm -rf gen && cp -R "$$new/gen" gen

.PHONY: checkgenerate
checkgenerate: tools protodeps ## Fail when gen/ is not what proto/ gives
	@new="$$(mktemp -d)"; trap 'rm -rf "$$new"' EXIT; \
	$(BIN)/buf generate --output "$$new"; \
	diff -r gen "$$new/gen" || { echo "gen/ is not what proto/ gives: run make generate"; exit 1; }; \
	echo "gen/ is current"

.PHONY: lint
lint: $(BIN)/buf $(BIN)/golangci-lint protodeps ## Check style: gofmt, go vet, golangci-lint, buf lint and format, go.mod
	@test -z "$$(gofmt -l $(GOFILES))" || { echo "run gofmt -w on:"; gofmt -l $(GOFILES); exit 1; }
	@for module in $(MODULES); do \
		echo "== module $$module"; \
		$(GO) -C "$$module" mod tidy -diff; \
		$(GO) -C "$$module" vet ./...; \
		(cd "$$module" && $(CURDIR)/$(BIN)/golangci-lint run); \
	done
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code proto

GOFILES = $(shell git ls-files --cached --others --exclude-standard '*.go' ':!gen')

.PHONY: breaking
breaking: $(BIN)/buf protodeps ## Fail when proto/ breaks callers of the newest released contract
	@tools/breaking.sh

.PHONY: test-breaking
test-breaking: $(BIN)/buf protodeps ## Break copies of the contract on purpose and see that make breaking says so
	@tools/breaking_test.sh

.PHONY: release-contract
release-contract: $(BIN)/buf protodeps ## Keep the contract of a release, for make breaking (VERSION=v0.1.0)
	@[[ "$(VERSION)" =~ ^v[0-9]+\.[0-9]+\.[0-9]+$$ ]] || { echo "say which release: make $@ VERSION=v0.1.0"; exit 2; }
	@test ! -e proto/released/$(VERSION).binpb || { echo "$(VERSION) is released: take the next version"; exit 1; }
	@mkdir -p proto/released
	$(BIN)/buf build proto --exclude-source-info -o proto/released/$(VERSION).binpb

.PHONY: check-commits
check-commits: ## Fail when a commit's subject is longer than 72 characters
	@tools/check-commits.sh

# ---- In a real browser ----

# Needs Node.js and Chromium, Debian's by default (CHROMIUM=/usr/bin/chromium).
.PHONY: test-web
test-web: build ## Look at the sandbox's page in a real browser (SCREENSHOTS=folder keeps what it looks like)
	@cd test/web && npm ci --no-audit --no-fund --silent && npm test --silent

# ---- What these need ----

.PHONY: tools
tools: $(PLUGINS) $(BIN)/buf $(BIN)/protoc-gen-openapi-rest ## Install the build tools into bin/, at their pinned versions

$(PLUGINS) &: go.mod
	GOBIN=$(CURDIR)/$(BIN) $(GO) install tool
	@touch $(PLUGINS)

$(BIN)/buf: tools/go.mod
	cd tools && GOBIN=$(CURDIR)/$(BIN) $(GO) install tool
	@touch $@

$(BIN)/protoc-gen-openapi-rest: tools/go.mod $(wildcard tools/protoc-gen-openapi-rest/*.go)
	cd tools && $(GO) build -o $(CURDIR)/$@ ./protoc-gen-openapi-rest

$(BIN)/benchstat: tools/bench/go.mod
	cd tools/bench && GOBIN=$(CURDIR)/$(BIN) $(GO) install tool
	@touch $@

$(BIN)/golangci-lint: tools/lint/go.mod
	cd tools/lint && GOBIN=$(CURDIR)/$(BIN) $(GO) install tool
	@touch $@

.PHONY: protodeps
protodeps: .protodeps/.done ## Fetch the .proto files that ours import, at their pinned versions

.protodeps/.done: tools/protos.mod tools/protodeps.sh tools/go.mod $(wildcard tools/errordetails/*.go)
	tools/protodeps.sh
	@touch $@

.PHONY: clean
clean: ## Remove what was built or fetched
	rm -rf $(BIN) .protodeps

# ---- Under attack ----

# How much memory the program may take. With the race detector, it takes eight times as much memory and time.
HOSTILE_MEMORY_MIB ?= 1024
HOSTILE = $(GO) test -count=1 -timeout 30m -v ./test/hostile

.PHONY: hostile
hostile: build ## Send the program thousands of hostile requests, built as released and with the race detector
	CGO_ENABLED=1 $(GO) build -race -o $(BIN)/rudder-clevertap-race ./cmd/rudder-clevertap
	HOSTILE_PROGRAM=$(CURDIR)/$(BIN)/rudder-clevertap HOSTILE_MEMORY_MIB=$(HOSTILE_MEMORY_MIB) $(HOSTILE)
	HOSTILE_PROGRAM=$(CURDIR)/$(BIN)/rudder-clevertap-race HOSTILE_MEMORY_MIB=$$((8 * $(HOSTILE_MEMORY_MIB))) \
	HOSTILE_PATIENCE_S=240 $(HOSTILE)

# ---- With a real rudder-server's clients ----

# Its own module, see test/rudderserver/doc.go. The tests run a program that go test does not watch: never a cached result.
.PHONY: test-rudderserver
test-rudderserver: ## Drive the built program with rudder-server's own clients (the first build takes minutes)
	cd test/rudderserver && $(GO) test -count=1 ./...
