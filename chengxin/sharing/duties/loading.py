"""Duty items as the shipped file has them, brought into the database as its owner. A row, once written, stays."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from chengxin.catalogue.models import Purpose
from chengxin.lib.terms.reading import Entry, read_toml
from chengxin.sharing.duties.errors import DutiesUnusable
from chengxin.sharing.duties.models import Duty

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "duties.toml"


@dataclass(frozen=True, slots=True)
class Written:
    """A duty as the file has it."""

    code: str
    name: str
    name_en: str
    organisation_kinds: list[str]
    bases: list[str]
    items: list[str]
    form: str
    bands: list[int]
    may_store: bool
    keep_days: int | None
    valid_from: date
    valid_until: date | None
    edition: str
    source: list[str]
    provisional: bool
    note: str


@transaction.atomic
def load_duties(path: Path = SHIPPED) -> int:
    """Load the duties of a file and give how many are new; the same file again changes nothing. Runs as the owner.

    Raises DutiesUnusable naming the entry, also where a code that is known says something else: that needs a code of its own, with
    ``replaces``. Then nothing was changed.
    """
    purposes, known = Purpose.objects.in_bulk(field_name="code"), Duty.objects.in_bulk(field_name="code")
    new = 0
    for written, purpose, replaces in _read(path):
        if written.code in known:
            _refuse_change(known[written.code], written, purpose, replaces)
            continue
        if purpose not in purposes or (replaces and replaces not in known):
            raise _fault(
                written.code, "purpose 或者 replaces 所指的不存在。", "its purpose or what it replaces isn't there."
            )
        try:
            with transaction.atomic():
                known[written.code] = Duty.objects.create(
                    **asdict(written),
                    purpose=purposes[purpose],
                    needs=purposes[purpose].needs,
                    replaces=known[replaces] if replaces else None,
                )
        except IntegrityError as error:
            said = str(error).partition("\n")[0]
            raise _fault(written.code, f"超出了用途或者目录：{said}", f"wider than its purpose: {said}") from error
        new += 1
    return new


def _read(path: Path) -> list[tuple[Written, str, str]]:
    """Give each duty with the codes of its purpose and of the one that it replaces."""
    sheet = read_toml(path, DutiesUnusable)
    sheet.text("name", "…查询事项")
    common = {
        "edition": sheet.text("edition", "sx-2026.1"),
        "source": list(sheet.source(("…条例", "第…条"))),
        "provisional": sheet.required("provisional", bool, "true"),
    }
    begins = sheet.required("valid_from", date, "2026-01-01")
    duties = [_duty(entry, common, begins) for entry in sheet.entries("duty")]
    sheet.finish()
    return duties


def _duty(entry: Entry, common: dict[str, Any], begins: date) -> tuple[Written, str, str]:
    texts: dict[str, Any] = {name: entry.text(name, "…") for name in ("code", "name", "name_en", "form")}
    lists: dict[str, Any] = {
        name: entry.required(name, list, '["…"]') for name in ("organisation_kinds", "bases", "items")
    }
    written = Written(
        **texts,
        **lists,
        bands=entry.optional("bands", list, "[1, 3]") or [],
        may_store=entry.required("may_store", bool, "false"),
        keep_days=entry.optional("keep_days", int, "90"),
        valid_from=entry.optional("valid_from", date, "2026-01-01") or begins,
        valid_until=entry.optional("valid_until", date, "2027-01-01"),
        note=entry.optional("note", str, '"…"') or "",
        **common,
    )
    purpose, replaces = entry.text("purpose", "XK-SC"), entry.optional("replaces", str, '"XK-SC-01"') or ""
    entry.finish()
    return written, purpose, replaces


def _refuse_change(known: Duty, written: Written, purpose: str, replaces: str) -> None:
    """Raise DutiesUnusable where a known duty would say something else. Where it comes from may change: a new edition carries it on."""
    named = {name: value for name, value in asdict(written).items() if name not in ("edition", "source")}
    same = all(getattr(known, name) == value for name, value in named.items())
    if not same or known.purpose.code != purpose or (known.replaces.code if known.replaces else "") != replaces:
        raise _fault(
            written.code,
            "已经装入，内容不同。查询事项不改，请另立编码并写明 replaces。",
            "is loaded and says something else. Duties don't change: give it a new code with `replaces`.",
        )


def _fault(code: str, text: str, text_en: str) -> DutiesUnusable:
    return DutiesUnusable(f"{code}：{text}", f"{code}: {text_en}")
