#!/bin/sh
# Makes .venv from the lock files, builds style sheets and scripts, fetches fonts. Needs Python >= 3.11 with venv, nothing else.
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
cp -R package.json package-lock.json frontend/. "$assets/"
if ! command -v npm >/dev/null 2>&1; then
    "$python" -m venv "$assets/node"
    "$assets/node/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt
    PATH="$assets/node/bin:$PATH"
fi
(cd "$assets" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
vendor=chengxin/portal/static/vendor
fonts=chengxin/sharing/fonts
modules="$assets/node_modules"
rm -rf "$vendor" "$fonts" chengxin/portal/collected
mkdir -p "$vendor" "$fonts" build
(cd "$assets" && node build.mjs made)
cp "$assets"/made/* "$vendor/"
.venv/bin/python -m scripts.icons "$vendor"
cp "$modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf" "$fonts/"
cp "$modules/@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf" "$fonts/"
cp "$modules/axe-core/axe.min.js" build/

# The words that pages say in English, as Django reads them.
.venv/bin/python -m scripts.words compile

# Each face's own static files, under names that change with what is in them, and compressed.
for face in public desk administration; do
    CHENGXIN_FACE=$face .venv/bin/python -m django collectstatic --settings chengxin.site.settings --no-input --verbosity 0 --ignore 'wagtail*'
done
CHENGXIN_FACE=editing .venv/bin/python -m django collectstatic --settings chengxin.site.settings --no-input --verbosity 0
sh scripts/stamp.sh >.venv/setup.stamp
