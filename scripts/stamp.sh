#!/bin/sh
# Says what the environment was made from; another answer than the one in .venv/setup.stamp means that it is to be made anew.
cd "$(dirname "$0")/.."
find requirements/setup.txt requirements/dev.txt package-lock.json scripts/setup.sh scripts/icons.py frontend chengxin/portal/static/portal -type f |
    LC_ALL=C sort | xargs cat | cksum
