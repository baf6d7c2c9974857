"""One password file per database role in ``data/secrets``, readable by their owner alone."""

import secrets
from pathlib import Path
from urllib.parse import quote, urlencode

from chengxin.site.runtime.files import make_private, refusals_told, write_private


def _file(data: Path, role: str) -> Path:
    return data / "secrets" / f"{role}.password"


def known_password(data: Path, role: str) -> str | None:
    """Return the role's password, or None where none is kept; an empty file counts as none."""
    with refusals_told(data / "secrets"):
        try:
            return _file(data, role).read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None


def fresh_password(data: Path, role: str) -> str:
    """Make and keep a new password. The caller holds a lock that keeps a second process from doing the same."""
    make_private(data / "secrets")
    password = secrets.token_urlsafe(32)
    write_private(_file(data, role), password + "\n")
    return password


def url_of(parts: dict[str, str]) -> str:
    """Write connection parts (``user``, ``password``, ``dbname``, ``host`` and so on) as one libpq URL."""
    rest = {key: value for key, value in parts.items() if key not in {"user", "password", "dbname"}}
    login = quote(parts["user"], safe="")
    if "password" in parts:
        login += ":" + quote(parts["password"], safe="")
    query = urlencode(rest, quote_via=quote, safe="")
    return f"postgresql://{login}@/{quote(parts.get('dbname', ''), safe='')}" + (f"?{query}" if query else "")
