#!/bin/sh
# Fuzzes each target for so many seconds: fuzz.sh SECONDS [TARGET …]. Corpora grow in build/fuzz; an input that broke a target stands there too.
set -eu
cd "$(dirname "$0")/.."
seconds=$1
shift
export PYTHONPATH=.
mkdir -p build/fuzz
if [ $# -eq 0 ]; then
    targets=$(.venv-fuzz/bin/python -m tests.fuzzing.run 2>build/fuzz/told) || {
        cat build/fuzz/told >&2
        exit 1
    }
    set -- $targets
fi
broken=""
for target in "$@"; do
    folder=build/fuzz/$target
    mkdir -p "$folder"
    if .venv-fuzz/bin/python -m tests.fuzzing.run "$target" "$folder" "-max_total_time=$seconds" >"$folder/told" 2>&1; then
        echo "$target: $(grep -a '^Done' "$folder/told" || true)"
    else
        broken="$broken $target"
        echo "$target: 见 / see $folder/told"
        grep -a -E '^(ERROR|==|SUMMARY|Test unit|[A-Za-z_.]*(Error|Exception))|Test unit written' "$folder/told" | head -8 || true
    fi
done
[ -z "$broken" ] || {
    echo "未通过：$broken。把输入放到 tests/fuzzing/finds/目标名/ 后修复。 / Broken:$broken. Put the input into tests/fuzzing/finds/TARGET/ and mend it." >&2
    exit 1
}
