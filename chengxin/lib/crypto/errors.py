"""What can be wrong with keys and with what they sealed."""

from chengxin.lib.errors import Unusable


class KeysMissing(Unusable):
    code = "keys-missing"
    message = "找不到保险库密钥，或其中没有所需的密钥，系统不启动。"
    message_en = "The vault's keys are missing or lack one that is needed; the system doesn't start."


class KeySourceUnusable(Unusable):
    code = "key-source-unusable"
    message = "密钥来源不能这样使用："
    message_en = "The source of keys can't be used so:"


class SealBroken(Unusable):
    code, message, message_en = (
        "seal-broken",
        "密文与密钥不符，或已被改动。",
        "A sealed value doesn't fit its key or was changed.",
    )
