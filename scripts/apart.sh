#!/bin/sh
# Makes an environment beside the product's from lock files: apart.sh FOLDER FILE …; does nothing where it is there already.
set -eu
cd "$(dirname "$0")/.."
folder=$1
shift
stamp=$(cat "$@" scripts/apart.sh | cksum)
[ "$(cat "$folder/made.stamp" 2>/dev/null)" = "$stamp" ] && exit 0
rm -rf "$folder"
.venv/bin/uv venv --quiet --python .venv/bin/python "$folder"
.venv/bin/uv pip sync --quiet --python "$folder/bin/python" --require-hashes "$@"
echo "$stamp" >"$folder/made.stamp"
