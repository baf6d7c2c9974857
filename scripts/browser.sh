#!/bin/sh
# The browser tests drive the system's Chromium. Where it is missing and the system lets us, it is installed; else this says what to do.
set -eu
for name in ${CHENGXIN_CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "安装 Chromium…… / Installing Chromium …"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
    exit 0
fi
echo "未找到 Chromium。请安装它（Debian：apt-get install chromium），或用 CHENGXIN_CHROMIUM=路径 指定。" >&2
echo "Chromium was not found. Install it (Debian: apt-get install chromium) or set CHENGXIN_CHROMIUM=path." >&2
exit 1
