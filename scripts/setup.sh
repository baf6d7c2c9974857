#!/bin/sh
# Makes .venv from the lock files and fetches style sheets, scripts and fonts. Needs Python >= 3.11 with venv, nothing else.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "需要 Python 3.11 或更新版本（可用 PYTHON=路径 指定）。 / Python 3.11 or newer is needed (PYTHON=path chooses one)." >&2
    exit 1
}
[ -x .venv/bin/python ] || "$python" -m venv .venv || {
    echo "无法建立虚拟环境：请安装 python3-venv。 / Could not make a virtual environment: install python3-venv." >&2
    exit 1
}
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.txt
.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements/dev.txt
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .

# The front end's packages go to a throw-away folder; only what is served or printed is kept.
assets=$(mktemp -d)
trap 'rm -rf "$assets"' EXIT INT TERM
cp package.json package-lock.json "$assets/"
if command -v npm >/dev/null 2>&1; then
    (cd "$assets" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
else
    "$python" -m venv "$assets/node"
    "$assets/node/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt
    (cd "$assets" && PATH="$assets/node/bin:$PATH" ./node/bin/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
fi
vendor=chengxin/portal/static/vendor
fonts=chengxin/sharing/fonts
rm -rf "$vendor" "$fonts"
mkdir -p "$vendor" "$fonts" build
modules="$assets/node_modules"
cp "$modules/@tabler/core/dist/css/tabler.min.css" "$vendor/"
cp "$modules/htmx.org/dist/htmx.min.js" "$vendor/"
cp "$modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf" "$fonts/"
cp "$modules/@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf" "$fonts/"
cp "$modules/axe-core/axe.min.js" build/
cat requirements/setup.txt requirements/dev.txt package-lock.json scripts/setup.sh | cksum >.venv/setup.stamp
