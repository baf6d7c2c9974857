#!/bin/sh
# Makes tests/site/upgrade/recent anew: an installation of COMMIT with data in it, made by that commit's own programs.
# usage: scripts/upgrade-fixture.sh COMMIT
set -eu
cd "$(dirname "$0")/.."
here=$(pwd)
commit=$(git rev-parse --verify "$1^{commit}")
# A place that the database's own account may enter, too.
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT INT TERM
chmod 0711 "$tree"
mkdir "$tree/checkout"
git archive "$commit" | tar -x -C "$tree/checkout"
cd "$tree/checkout"
make setup
CHENGXIN_PG_MAJOR=16 CHENGXIN_DEMO=1 PYTHONPATH=. \
    .venv/bin/python "$here/tests/site/upgrade/fill.py" "$tree/data" "$here/tests/site/upgrade/recent" "$commit"
