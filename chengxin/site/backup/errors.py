"""What backup and restore refuse."""

from chengxin.lib.errors import Conflict, Unusable


class BackupUnusable(Unusable):
    code = "backup-unusable"
    message, message_en = "备份文件无法使用：", "The backup can't be used:"


class BackupKeyUnusable(Unusable):
    code = "backup-key-unusable"
    message, message_en = "备份密钥无法使用：", "The backup's key can't be used:"


class BackupFailed(Unusable):
    code = "backup-failed"
    message, message_en = "备份或恢复未完成：", "Backup or restore did not finish:"


class JournalMissing(Unusable):
    code = "journal-missing"
    message, message_en = "找不到删除日志：", "The journal of erasures isn't there:"


class RestoreRefused(Conflict):
    code = "restore-refused"
    message, message_en = "不能恢复到这里：", "Can't restore here:"
