#!/usr/bin/env bash
# Copies the .proto files that ours import from the Go modules pinned in tools/protos.mod into .protodeps/, so that nothing
# but the Go module proxy is needed to generate code. The one that no module ships is printed from its descriptor.
set -euo pipefail
cd "$(dirname "$0")/.."

modules="$(go mod download -modfile=tools/protos.mod -json | awk -F '"' '$2 == "Path" {path = $4} $2 == "Dir" {print path, $4}')"

# module prints the folder that a pinned module was fetched into.
module() {
  awk -v module="$1" '$1 == module {print $2}' <<<"$modules"
}

# take copies files, named relative to a module's folder, to the same names under .protodeps/.
take() {
  local from="$1" name
  shift
  for name in "$@"; do
    mkdir -p "$(dirname ".protodeps/$name")"
    install -m 644 "$from/$name" ".protodeps/$name"
  done
}

rm -rf .protodeps
gateway1="$(module github.com/grpc-ecosystem/grpc-gateway)"
gateway2="$(module github.com/grpc-ecosystem/grpc-gateway/v2)"
validate="$(module github.com/bufbuild/protovalidate)"
take "$gateway1/third_party/googleapis" google/api/{annotations,http,httpbody}.proto google/rpc/status.proto
take "$gateway2" protoc-gen-openapiv2/options/{annotations,openapiv2}.proto
take "$validate/proto/protovalidate" buf/validate/validate.proto
go run -C tools ./errordetails >.protodeps/google/rpc/error_details.proto
