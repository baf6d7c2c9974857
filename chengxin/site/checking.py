"""The checks without a database: the catalogue and the rules as they are shipped, the file alone read."""

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from chengxin.catalogue.files import shipped_items
from chengxin.catalogue.queries import OpenItem
from chengxin.lib.errors import NotFound
from chengxin.lib.periods import shanghai_date
from chengxin.records.intake.pipeline import Outcome
from chengxin.records.intake.reading import open_table
from chengxin.records.intake.spool import file_blocks
from chengxin.records.services import check_file, describe
from chengxin.site.terminal import moment

SHOWN = 1000
# What only the register can tell, beside the checks of that scope: whether a file's rows are already there, and contradict one another.
IN_FILE = "conflict-in-file"


def check_without_database(file: Path, item: str, *, as_of: str = "", attested: bool = False) -> dict[str, Any]:
    """Check a file against the shipped catalogue and rules of a day. Raises FileUnusable, NotFound, ChecksUnusable.

    What the register is needed for is named under ``needs_register``: those checks were not made.
    """
    on = shanghai_date(moment(as_of))
    settings.VAULT_KEYS = None
    form = describe(file, keyed=False).form
    asked = shipped_item(item)
    outcome: Outcome = check_file(asked, open_table(file_blocks(file), form), on=on, attested=attested)
    checks = outcome.book.checks
    counts: dict[str, int] = {}
    for rule in outcome.findings["rule"].to_list():
        counts[rule] = counts.get(rule, 0) + 1
    return {
        "item": item,
        "as_of": on.isoformat(),
        "rules_edition": outcome.book.digest,
        "catalogue_edition": asked.edition,
        "read": outcome.read,
        "refused": outcome.refused,
        "waiting": outcome.waiting,
        "encoding": outcome.heading.encoding.name,
        "encoding_how": outcome.heading.encoding.how,
        "by_rule": counts,
        "needs_register": sorted(
            {code for code in outcome.book.scoped("register") if checks[code].asked_of(item)} | {IN_FILE}
        ),
        "findings": [
            {
                "row": row,
                "rule": rule,
                "version": checks[rule].version,
                "severity": checks[rule].severity,
                "field": field,
                "message": checks[rule].message,
                "remedy": checks[rule].remedy,
                "example": _example(asked, field) or checks[rule].example,
            }
            for row, rule, field in outcome.findings.head(SHOWN).iter_rows()
        ],
        "findings_left_out": max(0, outcome.findings.height - SHOWN),
    }


def _example(item: OpenItem, code: str) -> str:
    """Give a column's own example; none where it names a person, so that no answer holds what looks like a person of the file."""
    if code in item.definition.identity_fields:
        return ""
    return next((field.example for field in item.definition.fields if field.code == code), "")


def shipped_item(code: str) -> OpenItem:
    """Give an item of the shipped catalogue without a database. Raises NotFound."""
    found = shipped_items().get(code)
    if found is None:
        raise NotFound(f"目录中没有 {code}。", f"The catalogue has no {code}.")
    files = found[0]
    definition = files.items[code]
    lists = {field.code_list for field in definition.fields if field.code_list}
    values = {
        name: {row[key]: row["value"] for row in files.code_lists[name] for key in ("value", "label")} for name in lists
    }
    maps_to = {name: {row["value"]: row.get("maps_to", "") for row in files.code_lists[name]} for name in lists}
    days = tuple(
        (law["valid_from"], law.get("valid_until") or date.max)
        for law in files.laws
        if any(article["ref"] in definition.bases for article in law.get("article", ()))
    )
    return OpenItem(0, 0, files.edition["code"], definition, values, maps_to, days)
