"""What commands do once the installation is open: parse, call, shape the answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from chengxin.ground.services import Asker
from chengxin.identity.queries import find_organisation
from chengxin.lib.codes import holds_code
from chengxin.lib.errors import NotFound, Unusable
from chengxin.lib.periods import shanghai_date
from chengxin.records.intake.mend import mend_spool
from chengxin.records.intake.pipeline import Tell
from chengxin.records.queries import count_findings, receipt
from chengxin.records.services import areas, ingest_file, spool_folder
from chengxin.sharing.deciding import Question
from chengxin.sharing.services import issue_report

SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment(as_of: str) -> datetime:
    """Give the moment a command acts at: now, or noon of the day named, never ahead of now. Raises Unusable on a day to come or none."""
    now = timezone.now()
    try:
        day = date.fromisoformat(as_of) if as_of else shanghai_date(now)
    except ValueError:
        raise Unusable(f"日期 {as_of} 应写成 2026-03-05。", f"Write the day {as_of} as 2026-03-05.") from None
    if day > shanghai_date(now):
        raise Unusable(f"日期 {as_of} 还没有到。", f"The day {as_of} is still to come.")
    return now if not as_of else min(datetime.combine(day, time(12), SHANGHAI).astimezone(UTC), now)


def refuse_code(text: str) -> None:
    """Refuse a free text that holds an identity code (safeguard 13). Raises Unusable."""
    if holds_code(text, on=shanghai_date(timezone.now()), areas=areas()):
        raise Unusable(
            "案号或说明里不能写身份证件号码。", "A case reference or attestation may not hold an identity code."
        )


@contextmanager
def bar(console: Console) -> Iterator[Tell]:
    """Show rows and findings while a batch runs."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rows]:,} 行"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading", total=None, rows=0)

        def tell(phase: str, rows: int, findings: int) -> None:
            progress.update(task, description=f"{phase} ({findings} findings)", rows=rows)

        yield tell


def ingest_with_bar(
    file: Path, *, item: str, provider: str, as_of: str, attested: str, mend: Path | None, console: Console
) -> dict[str, Any]:
    """Take a file in and give the receipt with its counts of findings."""
    at = moment(as_of)
    organisation = find_organisation(provider, shanghai_date(at))
    if organisation is None:
        raise NotFound(f"没有登记该提供单位：{provider}。", f"No such provider: {provider}.")
    refuse_code(attested)
    with bar(console) as tell:
        batch, _ = ingest_file(file, item_code=item, provider=organisation, at=at, attested=attested, tell=tell)
    spool = mend_spool(spool_folder(), batch.token.hex)
    if mend is not None and spool.there():
        with mend.open("wb") as target:
            target.writelines(spool.blocks())
    spool.destroy()
    return {**receipt(batch), "by_rule": {count.rule: count.rows for count in count_findings(batch.pk)}}


def report_bytes(
    org: str, officer: str, purpose: str, basis: str, case: str, *, form: str, lines: list[str], duty: str = ""
) -> bytes:
    """Issue a report and give it in one of its faces.

    Raises NotAnswerable, DutyNotNamed, Unusable on a form or input that isn't one.
    """
    from chengxin.sharing.documents import as_json, as_pdf, as_text

    if form not in {"text", "json", "pdf"}:
        raise Unusable("格式只能是 text、json 或 pdf。", "The format is text, json or pdf.")
    if len(lines) < len(("code", "name")):
        raise Unusable("标准输入应有两行：证件号码、姓名。", "Standard input needs two lines: code, name.")
    refuse_code(case)
    asker = Asker(org, officer, purpose, basis, case, "cli", duty)
    report = issue_report(asker, Question("resident-id", lines[0].strip(), lines[1].strip()), at=timezone.now())
    if form == "pdf":
        return as_pdf(report, demo=settings.DEMO, sandbox=settings.SANDBOX)
    if form == "json":
        return (json.dumps(as_json(report, sandbox=settings.SANDBOX), ensure_ascii=False, indent=1) + "\n").encode()
    return as_text(report, sandbox=settings.SANDBOX).encode()
