"""What sealing and its verification refuse."""

from chengxin.lib.errors import Conflict, Unusable


class SealingKeyMissing(Unusable):
    """Heads were signed here before, and the key isn't there: a new one isn't made in passing."""

    code = "sealing-key-missing"
    message, message_en = "查询登记的签名密钥不见了：", "The key that signs for the access register is gone:"


class SealingKeyUnusable(Unusable):
    code = "sealing-key-unusable"
    message, message_en = "查询登记的签名密钥无法使用：", "The key that signs for the access register can't be used:"


class CheckpointUnusable(Unusable):
    code = "checkpoint-unusable"
    message, message_en = "树头文件无法使用：", "A file of signed heads can't be used:"


class ExportRefused(Conflict):
    """The register can't be vouched for as it stands; the detail says what is wrong."""

    code = "register-export-refused"
    message, message_en = "没有导出：", "Nothing was exported:"
