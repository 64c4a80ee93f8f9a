#!/usr/bin/env bash
# Fails when a commit's subject is longer than 72 characters. Commits from before that was agreed on are left alone, by their
# date, which a shallow clone knows as well. Merges name branches, not changes.
set -euo pipefail
cd "$(dirname "$0")/.."

since="${1:-2026-11-27T20:00:00Z}"
if ! git rev-parse --git-dir >/dev/null 2>&1; then
  echo "no git repository: no commits to check"
  exit 0
fi
long="$(git log --no-merges --since="$since" --format='%h %s' | while read -r commit subject; do
  if [ "${#subject}" -gt 72 ]; then echo "  $commit ${#subject} characters: $subject"; fi
done)"
if [ -n "$long" ]; then
  printf 'commit subjects have at most 72 characters; the rest belongs into the body:\n%s\n' "$long"
  exit 1
fi
echo "commit subjects fit"
