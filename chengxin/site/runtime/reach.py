"""Connecting by URL without ever showing one: what libpq says about a URL may quote pieces of the password."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict

from chengxin.site.runtime.errors import DatabaseUnusable

# What libpq or the server says, what we say instead. The first that fits is taken.
_REASONS = [
    ("password authentication failed", "密码不对", "the password is wrong"),
    ("no password supplied", "没有提供密码", "no password was given"),
    ("no pg_hba.conf entry", "服务器的 pg_hba.conf 不允许此连接", "the server's pg_hba.conf does not allow it"),
    ("permission denied for database", "该角色没有 CONNECT 权限", "the role may not CONNECT to this database"),
    ("does not exist", "角色或数据库不存在", "the role or the database does not exist"),
    ("is not permitted to log in", "该角色不能登录", "the role may not log in"),
    ("too many", "连接数已满", "all connections are taken"),
    ("Connection refused", "服务器未运行或地址、端口不对", "no server listens at this address and port"),
    ("No such file or directory", "套接字不存在：服务器未运行", "the socket is missing: the server does not run"),
    ("could not translate host name", "主机名无法解析", "the host name is unknown"),
    ("timeout", "连接超时", "the server did not answer in time"),
    ("the database system is", "服务器正在启动、恢复或停止", "the server is starting, recovering or stopping"),
    ("SSL", "加密连接未能建立", "no encrypted connection came about"),
]
_CONNECT_TIMEOUT_S = 10


def parts_of(url: str, name: str) -> dict[str, str]:
    """Split a URL or connection string into its parts. ``name`` is the variable to blame. Raises DatabaseUnusable."""
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.Error:
        raise DatabaseUnusable(
            f"{name} 不是有效的连接地址，应形如 postgresql://用户:密码@主机:5432/库名（特殊字符须用 %XX 表示）。",
            f"{name} is no connection URL; write postgresql://user:password@host:5432/name, special characters as %XX.",
        ) from None
    for part, chinese in (("user", "用户"), ("dbname", "库名")):
        if not parts.get(part):
            raise DatabaseUnusable(f"{name} 缺少{chinese}。", f"{name} names no {part}.")
    return parts


@contextmanager
def connected(url: str, name: str) -> Iterator[psycopg.Connection]:
    """Connect with autocommit. ``name`` stands for the URL in errors. Raises DatabaseUnusable."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_S)
    except psycopg.Error as error:
        said = str(error)
        found = next(((zh, en) for sign, zh, en in _REASONS if sign in said), ("连接失败", "the connection failed"))
        raise DatabaseUnusable(f"{name}：{found[0]}。", f"{name}: {found[1]}.") from None
    with connection:
        yield connection


def opens(url: str) -> bool:
    """Tell whether a connection comes about."""
    try:
        with connected(url, ""):
            return True
    except DatabaseUnusable:
        return False
