"""Answers of the runtime when a folder, an account, a server or a setting can't be used."""

from chengxin.lib.errors import Conflict, Unusable


class DataFolderUnusable(Unusable):
    code = "data-folder-unusable"
    message, message_en = "数据目录无法使用：", "The data folder can't be used:"


class DiskFull(Unusable):
    code = "disk-full"
    message, message_en = "磁盘空间不足：", "The disk is full:"


class AccountUnusable(Unusable):
    """PostgreSQL refuses to run as root, and no other account could take its place."""

    code = "account-unusable"
    message, message_en = "没有可用于运行数据库的账户：", "No account can run the database:"


class BinariesMissing(Unusable):
    code = "binaries-missing"
    message, message_en = "找不到内置 PostgreSQL 程序：", "The embedded PostgreSQL programs are missing:"


class ServerNotStarted(Unusable):
    code = "server-not-started"
    message, message_en = "数据库未能启动：", "The database did not start:"


class ServerNotStopped(Unusable):
    code = "server-not-stopped"
    message, message_en = "数据库未能停止：", "The database did not stop:"


class DatabaseUnusable(Unusable):
    """The server that DATABASE_URL names can't be reached or doesn't fit. Never holds a password or a whole URL."""

    code = "database-unusable"
    message, message_en = "数据库无法使用：", "The database can't be used:"


class AlreadyRunning(Conflict):
    """``chengxin up`` runs on this data folder already."""

    code = "already-running"
    message, message_en = "诚信系统已在运行：", "Chengxin is already running:"

    def __init__(self, pid: int, address: str) -> None:
        self.pid = pid
        self.address = address
        where = address or "-"
        super().__init__(
            f"进程 {pid}，地址 {where}。请使用它，或先停止它，或以 --data 指定另一目录。",
            f"process {pid}, address {where}. Use it, stop it first, or name another folder with --data.",
        )
