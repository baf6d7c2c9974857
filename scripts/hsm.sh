#!/bin/sh
# The tests of keys in a PKCS#11 token run on SoftHSM. Where it is missing and the system lets us, it is installed; else this says what to do.
set -eu
for module in ${CHENGXIN_SOFTHSM:-} /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so /usr/lib*/pkcs11/libsofthsm2.so; do
    if [ -f "$module" ] && command -v softhsm2-util >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "安装 SoftHSM…… / Installing SoftHSM …"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends softhsm2 >/dev/null
    exit 0
fi
echo "未找到 SoftHSM。请安装它（Debian：apt-get install softhsm2），或用 CHENGXIN_SOFTHSM=模块路径 指定。" >&2
echo "SoftHSM was not found. Install it (Debian: apt-get install softhsm2) or set CHENGXIN_SOFTHSM=path of the module." >&2
exit 1
