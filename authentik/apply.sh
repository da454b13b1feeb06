#!/bin/sh
# Applies blueprints in the given order, after those that remove what is declared no longer, and asks authentik whether
# they took. Runs inside authentik's own image.
#
# Usage: apply.sh SECONDS BLUEPRINT...; blueprints are named relative to /blueprints.
set -eu
seconds=$1
shift
log=/dev/shm/apply.log
removed=$(cd /blueprints && ls authentik-stack/removed/*.yaml 2>/dev/null || true)
# shellcheck disable=SC2086 # one argument for each file
if ! ak apply_blueprint $removed "$@" >"$log" 2>&1; then
  cat "$log"
  exit 1
fi
# authentik only warns of a secret whose file is missing, and goes on with an empty value.
if grep "Failed to read file" "$log"; then exit 1; fi
exec python /run/authentik-stack/probe.py /run/authentik-stack/checks.json "$seconds"
