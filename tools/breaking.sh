#!/usr/bin/env bash
# Fails when the contract in a folder (this repository, unless one is given) breaks callers of the newest released contract.
# Released contracts are committed as buf images, so that any clone can compare.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
cd "${1:-$root}"

released="$(find "$root/proto/released" -name 'v*.binpb' | sort -V | tail -n 1)"
if [ -z "$released" ]; then
  echo "proto/released/ holds no contract to compare with: run make release-contract VERSION=v0.1.0" >&2
  exit 1
fi
"$root/bin/buf" breaking proto --against "$released" --exclude-imports
echo "proto/ breaks nothing of $(basename "$released" .binpb)"
