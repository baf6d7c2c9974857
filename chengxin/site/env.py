"""Typed reading of environment variables: an unknown or malformed value stops the start and says how to mend it."""

import os
from pathlib import Path

from chengxin.lib.errors import Unusable


class SettingUnusable(Unusable):
    code, message, message_en = "setting-unusable", "环境变量设置有误：", "A setting is wrong:"


def env_str(name: str, default: str) -> str:
    return os.environ.get(name, default)


def env_bool(name: str, *, default: bool) -> bool:
    """Read 1/0, true/false, yes/no. Raises SettingUnusable on anything else."""
    text = os.environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise SettingUnusable(f"{name} 只能是 1 或 0。", f"{name} must be 1 or 0.")


def env_int(name: str, default: int) -> int:
    """Read a whole number. Raises SettingUnusable when it isn't one."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise SettingUnusable(f"{name} 应为整数。", f"{name} must be a whole number.") from None


def env_choice(name: str, choices: tuple[str, ...]) -> str:
    """Read one of a few words, the first where none is given. Raises SettingUnusable on any other."""
    text = os.environ.get(name, "").strip().lower() or choices[0]
    if text not in choices:
        raise SettingUnusable(f"{name} 只能是 {'、'.join(choices)}。", f"{name} must be one of {', '.join(choices)}.")
    return text


def env_list(name: str, default: list[str]) -> list[str]:
    text = os.environ.get(name, "")
    return [part.strip() for part in text.split(",") if part.strip()] or default


def env_path(name: str, default: Path) -> Path:
    return Path(os.environ.get(name) or default).resolve()


def env_secret(name: str, path: Path) -> str | None:
    """Read a secret from the variable, from the file that NAME_FILE names, or from ``path``; None where there is none."""
    if value := os.environ.get(name):
        return value
    file = Path(os.environ.get(f"{name}_FILE") or path)
    try:
        return file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingUnusable(
            f"无法读取 {name} 的密钥文件：{error.strerror}。",
            f"The secret file of {name} can't be read: {error.strerror}.",
        ) from None
