"""What a sandbox takes in, and what it leaves nothing of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from psycopg import sql

from chengxin.demo.generate import generate
from chengxin.identity.queries import find_organisation
from chengxin.records.errors import RealRows
from chengxin.records.intake.mend import mend_spool
from chengxin.records.intake.reading import open_table
from chengxin.records.intake.spool import file_blocks
from chengxin.records.models import Batch
from chengxin.records.services import check_file, describe, ingest_file, process_batch, receive, spool_folder
from chengxin.site.checking import IN_FILE, shipped_item
from tests.conftest import Register, copied_register
from tests.penalties import COLUMNS, penalty, write_csv
from tests.people import LI_NA, MARKET, UNKNOWN, WANG_WEI
from tests.sandboxes import make_sandbox, real_code

REAL_NAME = "贾真人"
ITEM = "CF-ZRR"


@pytest.fixture
def sandbox(register: Register, settings: Any) -> Register:
    make_sandbox(register)
    settings.SANDBOX = True
    return register


def take(register: Register, path: Path, at: datetime, item: str = ITEM) -> Batch:
    register.become("intake")
    provider = find_organisation(MARKET, date(2099, 1, 1))
    assert provider is not None
    batch, _ = ingest_file(path, item_code=item, provider=provider, at=at)
    return batch


def findings(register: Register, batch: Batch) -> list[tuple[Any, ...]]:
    return register.rows(
        "SELECT row_number, rule, field FROM records_finding WHERE batch_id = %s AND row_number > 0 ORDER BY 1, 2, 3",
        batch.pk,
    )


def everything(register: Register) -> Iterator[tuple[str, str]]:
    """Give every table's content as text, and every file of the data folder but the cluster's own."""
    with register.connect("owner") as connection:
        tables = connection.execute(
            """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"""
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {} t").format(
                sql.Identifier(schema, table)
            )
            yield f"{schema}.{table}", (connection.execute(query).fetchone() or ("",))[0]
    own = [one for one in django_settings.DATA_DIR.iterdir() if not one.name.startswith(("pg", "run", "lock"))]
    for path in (path for one in own for path in (one, *one.rglob("*")) if path.is_file()):
        yield str(path), path.read_bytes().decode("utf-8", "replace")


def left_of(register: Register, *values: str) -> list[str]:
    return [place for place, text in everything(register) if any(value in text for value in values)]


def test_synthetic_rows_are_taken_in_and_unknown_ones_wait(
    sandbox: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    rows = [penalty(today, 1), penalty(today, 2, LI_NA), penalty(today, 3, UNKNOWN)]
    batch = take(sandbox, write_csv(tmp_path / "a.csv", rows), now)
    assert (batch.new, batch.waiting, batch.refused) == (2, 1, 0)
    assert sandbox.rows("SELECT rule, row_number FROM records_waiting") == [("unknown-person", 4)]


@contextmanager
def province(cluster: Any, django_db_blocker: Any) -> Iterator[Register]:
    with copied_register(cluster, django_db_blocker) as copy:
        yield copy


@pytest.mark.parametrize("item", ["CF-ZRR", "CN-XY"])
def test_one_dirty_file_gets_the_same_findings_everywhere(
    cluster: Any, django_db_blocker: Any, settings: Any, tmp_path: Path, today: date, now: datetime, item: str
) -> None:
    manifest = generate(200, 3, tmp_path / "demo", today=today)
    (name,) = (name for name, code in manifest.items.items() if code == item and name.endswith("-dirty.csv"))
    found = []
    for made_sandbox in (False, True):
        with province(cluster, django_db_blocker) as register:
            if made_sandbox:
                make_sandbox(register)
            settings.SANDBOX = made_sandbox
            found.append(findings(register, take(register, tmp_path / "demo" / name, now, item)))
    ordinary, tried = found
    assert ordinary
    assert tried == ordinary
    for switch in (False, True):
        settings.SANDBOX = switch
        path = tmp_path / "demo" / name
        checked = check_file(shipped_item(item), open_table(file_blocks(path), "csv"), on=today)
        codes = checked.book.scoped("register") | {IN_FILE}
        alone = set(checked.findings.iter_rows())
        assert {one for one in alone if one[1] not in codes} == {one for one in ordinary if one[1] not in codes}


DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": lambda code: code,
    "blanks": lambda code: f" {code[:6]} {code[6:14]} {code[14:]} ",
    "wide": lambda code: code.translate({48 + n: 0xFF10 + n for n in range(10)}),
    "masked": lambda code: code[:6] + "********" + code[14:],
    "spoilt": lambda code: code[:-1] + ("1" if code[-1] != "1" else "2"),
    "old": lambda code: code[:6] + code[8:17],
    "short": lambda code: code[:-1],
    "science": lambda code: f"{code[0]}.{code[1:6]}E+17",
    "name": lambda _: REAL_NAME,
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_row_that_may_be_a_real_persons_is_refused_with_its_file_and_leaves_nothing(
    sandbox: Register, tmp_path: Path, today: date, now: datetime, disguise: str, caplog: pytest.LogCaptureFixture
) -> None:
    code = real_code(sequence=sum(map(ord, disguise)) % 900)
    told = DISGUISES[disguise](code)
    rows = [penalty(today, 1), penalty(today, 2, CF_XDR_ZJHM=told, CF_XDR_MC=REAL_NAME, CF_WSH="并真罚〔2026〕9号")]
    with pytest.raises(RealRows) as refused:
        take(sandbox, write_csv(tmp_path / "a.csv", rows), now)
    assert "第 3 行" in refused.value.text
    assert sandbox.rows("SELECT state, read, waiting, refused FROM records_batch") == [("unusable", 0, 0, 0)]
    for table in ("records_finding", "records_waiting", "records_version", "records_mark"):
        assert sandbox.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert left_of(sandbox, told.strip(), code, code[6:14] + code[14:17], REAL_NAME, "并真罚") == []
    assert told not in caplog.text
    assert REAL_NAME not in caplog.text
    assert REAL_NAME not in refused.value.text + refused.value.text_en


@pytest.mark.parametrize("place", ["CF_NR", "CF_XDR_MC", "CF_WSH", "BZ", "内部编号"])
def test_a_real_number_in_any_other_cell_is_found_too(
    sandbox: Register, tmp_path: Path, today: date, now: datetime, place: str
) -> None:
    code = real_code("110105")
    rows = [{**penalty(today, 1), "内部编号": "1", place: f"当事人（{code}）"}]
    with pytest.raises(RealRows):
        take(sandbox, write_csv(tmp_path / "a.csv", rows, columns=(*COLUMNS, "内部编号")), now)
    assert left_of(sandbox, code) == []


def test_a_spooled_hand_in_leaves_no_spool_and_no_rows_to_mend(
    sandbox: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    from chengxin.records.intake.spool import Spool

    sandbox.become("intake")
    provider = find_organisation(MARKET, date(2099, 1, 1))
    assert provider is not None
    path = write_csv(tmp_path / "a.csv", [penalty(today, 1, CF_XDR_ZJHM=real_code())])
    batch = receive(describe(path), item_code=ITEM, provider=provider, actor=None, at=now)
    spool = Spool(spool_folder(), batch.token.hex)
    writer = spool.writer()
    for block in file_blocks(path)():
        writer.write(block)
    writer.finish()
    with pytest.raises(RealRows):
        process_batch(batch.pk, at=now)
    assert not spool.there()
    assert not mend_spool(spool_folder(), batch.token.hex).there()
    assert left_of(sandbox, batch.token.hex, str(batch.token)) == ["public.records_batch"]


def test_a_row_without_any_number_is_judged_and_never_handed_back(
    sandbox: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    rows = [
        penalty(today, 1, CF_XDR_ZJHM="", CF_XDR_MC=REAL_NAME),
        penalty(today, 2, CF_XDR_ZJHM="149999198803041210", CF_XDR_MC="虚构人"),
    ]
    batch = take(sandbox, write_csv(tmp_path / "a.csv", rows), now)
    assert ("required", 2) in sandbox.rows("SELECT rule, row_number FROM records_finding")
    handed_back = b"".join(mend_spool(spool_folder(), batch.token.hex).blocks()).decode("utf-8-sig")
    assert "虚构人" in handed_back
    assert REAL_NAME not in handed_back
    assert left_of(sandbox, REAL_NAME) == []


def test_intake_puts_no_waiting_row_past_the_function(sandbox: Register) -> None:
    with sandbox.connect("intake") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("INSERT INTO records_waiting SELECT * FROM records_waiting")


AREAS = st.sampled_from(["140105", "110101", "320102", "500101", "149998", "650102"])
BIRTHS = st.dates(date(1931, 1, 1), date(2005, 12, 31)).map(lambda day: f"{day:%Y%m%d}")


@trying(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    code=st.builds(real_code, AREAS, BIRTHS, st.integers(1, 999)),
    disguise=st.sampled_from(sorted(DISGUISES)),
    before=st.integers(0, 3),
    form=st.sampled_from(["utf-8", "gb18030", "utf-8-sig"]),
)
def test_no_real_areas_number_survives_in_any_table_or_file(
    sandbox: Register, tmp_path: Path, today: date, now: datetime, code: str, disguise: str, before: int, form: str
) -> None:
    told = DISGUISES[disguise](code)
    rows = [
        *(penalty(today, number) for number in range(1, before + 1)),
        penalty(today, 99, WANG_WEI, CF_XDR_ZJHM=told, CF_XDR_MC=REAL_NAME),
    ]
    with pytest.raises(RealRows):
        take(sandbox, write_csv(tmp_path / "a.csv", rows, form), now)
    assert left_of(sandbox, code, told.strip(), REAL_NAME) == []
