"""What an own server must be and should be. The embedded one is made to fit."""

from dataclasses import dataclass

import psycopg

from chengxin.site.runtime.errors import DatabaseUnusable

OLDEST = 160_000


@dataclass(frozen=True, slots=True)
class Wish:
    """A setting the server should have; any of ``good`` will do."""

    name: str
    good: tuple[str, ...]
    why: str
    why_en: str
    remedy: str


_WISHES = (
    Wish(
        "log_error_verbosity",
        ("terse",),
        "错误日志会写入出错行的内容，其中有个人信息",
        "its log would quote failing rows, with personal values",
        "ALTER DATABASE {database} SET log_error_verbosity = 'terse';",
    ),
    Wish(
        "log_min_error_statement",
        ("log", "fatal", "panic"),
        "错误日志会写入出错语句的全文，其中可能有个人信息",
        "its log would quote failing statements, which may hold personal values",
        "ALTER DATABASE {database} SET log_min_error_statement = 'panic';",
    ),
    Wish(
        "log_statement",
        ("none", "ddl"),
        "日志会写入语句全文，其中可能有个人信息",
        "its log would quote statements, which may hold personal values",
        "ALTER DATABASE {database} SET log_statement = 'none';",
    ),
    Wish(
        "fsync",
        ("on",),
        "断电可能损坏全部数据",
        "a power cut may destroy everything",
        "ALTER SYSTEM SET fsync = 'on'; SELECT pg_reload_conf();",
    ),
    Wish(
        "full_page_writes",
        ("on",),
        "断电可能留下损坏的页",
        "a power cut may leave torn pages",
        "ALTER SYSTEM SET full_page_writes = 'on'; SELECT pg_reload_conf();",
    ),
    Wish(
        "data_checksums",
        ("on",),
        "磁盘的静默损坏不会被发现",
        "silent damage on the disk would go unnoticed",
        "pg_checksums --enable",
    ),
)


def check_server(connection: psycopg.Connection) -> list[str]:
    """Return a warning with its remedy for each setting that should be otherwise.

    Raises DatabaseUnusable when the server is too old or the database isn't in UTF-8.
    """
    version = connection.info.server_version
    if version < OLDEST:
        raise DatabaseUnusable(
            f"服务器是 PostgreSQL {version // 10000}，需要 16 或更新。请升级。",
            f"the server is PostgreSQL {version // 10000}; 16 or newer is needed. Upgrade it.",
        )
    database = connection.info.dbname
    encoding = _show(connection, "server_encoding")
    if encoding != "UTF8":
        raise DatabaseUnusable(
            f"数据库 {database} 的编码是 {encoding}。请重建：CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0;",
            f"the database {database} is in {encoding}. Make it again: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE "
            "template0;",
        )
    warnings = [
        _warning(wish, found, database) for wish in _WISHES if (found := _show(connection, wish.name)) not in wish.good
    ]
    if connection.info.parameter_status("is_superuser") == "on":
        warnings.append(
            "DATABASE_URL 的角色是超级用户，只需 CREATEROLE。 "
            "The role in DATABASE_URL is a superuser; CREATEROLE is enough."
        )
    return warnings


def _warning(wish: Wish, found: str, database: str) -> str:
    remedy = wish.remedy.format(database=f'"{database}"')
    return (
        f"服务器设置 {wish.name} = {found}：{wish.why}。补救：{remedy} "
        f"The server has {wish.name} = {found}: {wish.why_en}. Remedy: {remedy}"
    )


def _show(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""
