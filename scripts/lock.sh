#!/bin/sh
# Writes the lock files: versions and hashes, never a download address.
set -eu
cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header "$@"
}
compile requirements/setup.in -o requirements/setup.txt
compile requirements/node.in -o requirements/node.txt
compile pyproject.toml -o requirements/base.txt
compile --extra pkcs11 pyproject.toml -o requirements/pkcs11.txt
compile --extra dev pyproject.toml -o requirements/dev.txt
compile -c requirements/base.txt requirements/peers.in -o requirements/peers.txt
compile -c requirements/base.txt requirements/fuzz.in -o requirements/fuzz.txt
npm install --package-lock-only --omit-lockfile-registry-resolved
