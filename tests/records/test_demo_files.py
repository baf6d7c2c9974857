"""Every file of a small demo province, row by row: what its key says is what happens."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest
from django.utils import timezone

from chengxin.demo.generate import Manifest, generate
from chengxin.demo.organisations import ORGANISATIONS
from chengxin.identity.queries import find_organisation
from chengxin.identity.services.organisations import settle_organisation
from chengxin.identity.services.population import load_population
from chengxin.lib.periods import shanghai_date
from chengxin.records.checks import check_book, newest_book
from chengxin.records.models import Batch
from chengxin.records.services import areas, ingest_file
from tests.conftest import Register
from tests.records.test_ingest import counts

pytestmark = pytest.mark.xdist_group("demo-files")
PERSONS, SEED = 300, 21


@dataclass(frozen=True)
class Province:
    manifest: Manifest
    register: Register
    at: datetime
    key: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)

    def take(self, name: str) -> Batch:
        item = self.manifest.items[name]
        kind = "court" if item == "SX-BZXR" else "department"
        code = next(one["code"] for one in ORGANISATIONS if one["kind"] == kind)
        self.register.become("intake")
        provider = find_organisation(code, shanghai_date(self.at))
        assert provider is not None
        batch, _ = ingest_file(self.manifest.folder / name, item_code=item, provider=provider, at=self.at)
        return batch


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    today = shanghai_date(timezone.now())
    return generate(PERSONS, SEED, tmp_path_factory.mktemp("demo"), today=today)


@pytest.fixture
def province(folder: Manifest, register: Register) -> Province:
    at = timezone.now()
    register.become("owner")
    for entry in ORGANISATIONS:
        settle_organisation(**entry, valid_from=date(2019, 1, 1))
    register.become("intake")
    load_population(folder.folder / "population.csv", areas=areas(), at=at)
    made = Province(folder, register, at)
    with (folder.folder / "dirty-key.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            made.key.setdefault(row["file"], {})[int(row["row"])] = (row["kind"], row["expected"])
    return made


def outcomes(register: Register, batch: Batch) -> dict[int, str]:
    """Tell for each row with a finding whether it was refused or waits."""
    refusing, found = check_book(batch.as_of).codes("refuse"), dict[int, str]()
    query = "SELECT row_number, rule FROM records_finding WHERE batch_id = %s AND row_number > 0"
    for row, rule in register.rows(query, batch.pk):
        found[row] = "refused" if rule in refusing else found.get(row, "waiting")
    return found


def test_population_is_taken_whole(province: Province) -> None:
    minors = province.register.rows("SELECT count(*) FROM identity_person")[0][0]
    assert 0 < minors < PERSONS


def test_every_dirty_row_ends_as_its_key_says(province: Province) -> None:
    assert len(province.key) == 9
    wrong: list[str] = []
    for name, rows in province.key.items():
        batch = province.take(name)
        found = outcomes(province.register, batch)
        assert batch.read == len(rows), name
        rules = dict(province.register.rows("SELECT row_number, string_agg(rule, ' ') FROM records_finding"
                                            " WHERE batch_id = %s GROUP BY 1", batch.pk))  # fmt: skip
        for row, (kind, expected) in rows.items():
            got = found.get(row, "accepted")
            if expected not in {got, "unknown"}:
                wrong.append(f"{name} {row} {kind}: {expected}, was {got} {rules.get(row, '')}")
        kinds = Counter(found.get(row, "accepted") for row in rows)
        assert (kinds["refused"], kinds["waiting"]) == (batch.refused, batch.waiting), name
    assert not wrong, "\n".join(wrong)


def test_workbook_of_dirty_rows_ends_as_the_text_does(province: Province) -> None:
    text = outcomes(province.register, province.take("penalties-dirty.csv"))
    book = outcomes(province.register, province.take("penalties-dirty.xlsx"))
    assert {row - 1: what for row, what in book.items()} == text


def test_clean_files_are_accepted_whole(province: Province) -> None:
    clean = [name for name in province.manifest.items if "clean" in name]
    assert len(clean) >= 8
    for name in clean:
        batch = province.take(name)
        assert (batch.refused, batch.waiting) == (0, 0), (name, province.register.rows(
            "SELECT row_number, rule, field FROM records_finding WHERE batch_id = %s", batch.pk))  # fmt: skip
        assert batch.read == province.manifest.rows[name] == batch.new + batch.unchanged


def test_penalties_are_the_same_content_in_every_kind_of_file(province: Province) -> None:
    rows = province.manifest.rows["penalties-clean.csv"]
    assert counts(province.take("penalties-clean.csv"))["new"] == rows
    for name in ("penalties-clean-gb18030.csv", "penalties-clean.xlsx"):
        again = {"read": rows, "new": 0, "changed": 0, "unchanged": rows, "waiting": 0, "refused": 0}
        assert counts(province.take(name)) == again, name


def test_volunteering_is_the_same_content_as_lines_of_json(province: Province) -> None:
    province.take("volunteering-clean.csv")
    again = province.take("volunteering-clean.jsonl")
    assert again.unchanged == again.read == province.manifest.rows["volunteering-clean.jsonl"]


def test_nothing_forbidden_of_the_dirty_files_is_kept_anywhere(province: Province, tmp_path: Path) -> None:
    for name in province.key:
        province.take(name)
    register = province.register
    kept = register.rows("SELECT body FROM records_payload UNION ALL SELECT failure FROM records_batch")
    text = "\n".join(body for (body,) in kept)
    assert "血型B" not in text
    assert "信访" not in text
    numbers = register.rows("SELECT record_number, field, rule FROM records_finding f WHERE rule = ANY(%s)",
                            list(newest_book().safeguards))  # fmt: skip
    assert all(row[:2] == ("", "") for row in numbers)
