#!/usr/bin/env bash
# Breaks copies of the contract on purpose, and fails when tools/breaking.sh does not say so.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# copy makes a fresh copy of the contract.
copy() {
  rm -rf "$scratch/contract"
  mkdir "$scratch/contract"
  cp -R "$root/proto" "$root/buf.yaml" "$root/.protodeps" "$scratch/contract/"
}

# catches breaks FILE by the sed script EDIT and wants the report to hold the words SAID.
catches() {
  local file="$1" edit="$2" said="$3" report
  copy
  sed -i.before "$edit" "$scratch/contract/proto/$file"
  if report="$("$root/tools/breaking.sh" "$scratch/contract" 2>&1)"; then
    echo "$file: nobody noticed the break $edit" >&2
    exit 1
  fi
  if ! grep -qF "$said" <<<"$report"; then
    printf '%s: the break %s was reported as\n%s\n' "$file" "$edit" "$report" >&2
    exit 1
  fi
}

copy
"$root/tools/breaking.sh" "$scratch/contract" >/dev/null
catches rudderstack/v1/event.proto 's/string message_id = /string message_ident = /' 'changed name from "message_id" to "message_ident"'
catches transformer/v1/transform_service.proto 's/rpc BatchTransform(/rpc TransformBatch(/' '"BatchTransform" on service "TransformService" was deleted'
catches transformer/v1/error_reason.proto 's/ERROR_REASON_INVALID_JSON = .*;/ERROR_REASON_INVALID_JSON = 999;/' 'on enum "ErrorReason" was deleted'
catches clevertap/v1/upload.proto 's/uint32 ts = /uint64 ts = /' 'changed type from "uint32" to "uint64"'
echo "breaks of the contract are noticed"
