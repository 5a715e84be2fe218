#!/bin/sh
# Write the two lock files: versions and hashes, no index address.
# Run with the development environment active: pip-tools must be installed.
set -eu
cd "$(dirname "$0")/.."
compile() {
    pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
        --build-deps-for editable "$@" pyproject.toml
}
compile -o requirements.lock
compile --extra test -c requirements.lock -o requirements-test.lock
for lock in requirements.lock requirements-test.lock; do
    { echo "# Versions and hashes only; made by tools/lock.sh."; grep -v '^#' "$lock"; } > "$lock.new"
    mv "$lock.new" "$lock"
    if grep -nE 'https?://' "$lock"; then echo "$lock names a host" >&2; exit 1; fi
done
