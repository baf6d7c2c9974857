"""No biometric field exists, and an import that carries one is refused whole, with nothing of it kept anywhere."""

import csv
import json
import mmap
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from chengxin.identity.biometrics import biometric_word, names, refuse_biometrics
from chengxin.identity.errors import BiometricsRefused
from chengxin.identity.services.population.feed import EVENT_COLUMNS, EVENT_MORE, READ
from chengxin.records.models import Batch
from tests.conftest import Register
from tests.identity.feeding import Event, load, moved, new, take, write_lines
from tests.people import UNKNOWN, WANG_WEI, write_population

CARRYING = (
    "指纹", "右手拇指指纹", "人脸", "人脸特征值", "虹膜码", "声纹", "掌纹数据", "生物特征", "照片", "DNA", "dna_profile", "ZW",
    "ZW1", "zw_tz", "ZWTXSJ", "ZWYTZ", "fingerprint", "FingerPrint1", "finger-print", "left.finger", "face", "FACE_IMG",
    "faceFeature", "face2", "facialVector", "iris", "irisCode", "photo", "photo_base64", "biometricTemplate", "RX", "rx_2", "zp",
    "voice print", "ＦＡＣＥ", "指 纹", "retinaScan", "gene", "血型",
)  # fmt: skip
# A session is at one face of the house, the desk or the administration: one of two words, by a CHECK.
OTHER_SENSE = {"Session.face"}
HARMLESS = (
    *sorted(READ), "surface", "interface", "MZ", "XB", "HJDZ", "typeface", "general", "swrq", "zjhm", "generation", "备注", "职务",
    "province", "ZJYXQ",
)  # fmt: skip


@pytest.mark.parametrize("name", CARRYING)
def test_name_of_the_body_is_recognised(name: str) -> None:
    assert biometric_word(name)


@pytest.mark.parametrize("name", HARMLESS)
def test_other_names_are_not(name: str) -> None:
    assert biometric_word(name) is None


def test_no_table_has_a_field_for_anything_of_the_body() -> None:
    fields = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("chengxin.")
        for field in model._meta.get_fields()
        if biometric_word(field.name) and f"{model.__name__}.{field.name}" not in OTHER_SENSE
    ]
    assert fields == []
    assert Batch in apps.get_models()


def with_column(path: Path, rows: list[Event], columns: tuple[str, ...], name: str, value: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, (*columns, name), restval="")
        writer.writeheader()
        writer.writerows([*rows[:-1], {**rows[-1], name: value}])
    return path


def as_events_csv(folder: Path, rows: list[Event], value: str) -> Path:
    return with_column(folder / "e.csv", rows, (*EVENT_COLUMNS, *EVENT_MORE), "ZW_TZ", value)


def as_snapshot(folder: Path, rows: list[Event], value: str) -> Path:
    path = write_population(folder / "p.csv", (UNKNOWN,))
    with path.open(encoding="utf-8", newline="") as file:
        held = list(csv.DictReader(file))
    return with_column(folder / "q.csv", held, tuple(held[0]), "人脸", value)


def in_lines(hide: Callable[[Event, str], Any]) -> Callable[[Path, list[Event], str], Path]:
    def write(folder: Path, rows: list[Event], value: str) -> Path:
        return write_lines(folder / "e.jsonl", [*rows[:-1], hide(rows[-1], value)])

    return write


def doubled(folder: Path, rows: list[Event], value: str) -> Path:
    """The same key twice, the second harmless: a reader that keeps the last alone would see nothing."""
    path = write_lines(folder / "e.jsonl", rows)
    text = json.dumps({"fingerprint": value})[:-1] + ', "fingerprint": null, ' + json.dumps(rows[-1])[1:]
    path.write_text(path.read_text(encoding="utf-8") + text + "\n", encoding="utf-8")
    return path


WAYS: dict[str, Callable[[Path, list[Event], str], Path]] = {
    "events-csv": as_events_csv,
    "snapshot": as_snapshot,
    "key": in_lines(lambda row, value: {**row, "指纹": value}),
    "nested": in_lines(lambda row, value: {**row, "BZ": {"more": [1, {"iris_left": value}]}}),
    "in-a-read-field": in_lines(lambda row, value: {**row, "XM": {"face": value}}),
    "json-in-a-text": in_lines(lambda row, value: {**row, "BZ": json.dumps({"a": [{"biometric": value}]})}),
    "key-twice": doubled,
}


def holds(folder: Path, needle: bytes) -> Iterator[Path]:
    paths = (Path(where) / name for where, _, names in os.walk(folder) for name in names)
    for path in paths:
        # What the server or another test takes away meanwhile holds nothing any more.
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_size:
                with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    if content.find(needle) >= 0:
                        yield path


def kept(register: Register, needle: str) -> list[str]:
    """Look for a text in every table and every file of the installation: data, journal, logs, spool."""
    tables = register.rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
    found = [
        table
        for (table,) in tables
        if register.rows(f"SELECT FROM {table} WHERE strpos(({table}.*)::text, %s) > 0", needle)
    ]
    return found + [str(path) for path in holds(settings.DATA_DIR, needle.encode())]


@pytest.mark.parametrize("way", WAYS)
def test_import_that_carries_one_is_refused_whole_and_nothing_of_it_is_kept(
    register: Register, tmp_path: Path, way: str
) -> None:
    told, value = f"E{secrets.token_hex(8)}", secrets.token_hex(24)
    rows = [{**moved(1, WANG_WEI.code, "140202"), "SJBH": told}, new(2, UNKNOWN.code, UNKNOWN.name)]
    before = (
        register.rows("SELECT count(*) FROM identity_person"),
        register.rows("SELECT count(*) FROM identity_population_event"),
    )
    with pytest.raises(BiometricsRefused) as refused:
        load(register, WAYS[way](tmp_path, rows, value))
    assert (
        register.rows("SELECT count(*) FROM identity_person"),
        register.rows("SELECT count(*) FROM identity_population_event"),
    ) == before
    assert value not in f"{refused.value.text}{refused.value.text_en}"
    assert kept(register, value) == []
    assert kept(register, told) == []


def test_batch_by_api_is_refused_whole(register: Register) -> None:
    with pytest.raises(BiometricsRefused):
        take(register, moved(1, WANG_WEI.code, "140202"), {**moved(2, WANG_WEI.code, "140202"), "BZ": [{"虹膜": "x"}]})
    assert register.rows("SELECT count(*) FROM identity_population_event WHERE edition = 0") == [(0,)]


def test_what_was_taken_in_would_be_found(register: Register) -> None:
    """So that finding nothing tells something: the id of an accepted event stands in its table and in the journal."""
    told = f"E{secrets.token_hex(8)}"
    take(register, {**moved(1, WANG_WEI.code, "140202"), "SJBH": told})
    found = kept(register, told)
    assert "identity_population_event" in found
    assert any("pg_wal" in path for path in found)


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)


@example_settings(max_examples=150, deadline=None)
@given(
    inner=st.recursive(
        LEAVES, lambda more: st.lists(more, max_size=3) | st.dictionaries(st.text("abc", max_size=3), more, max_size=3)
    ),
    word=st.sampled_from(names().anywhere),
    path=st.lists(st.booleans(), max_size=6),
)
def test_however_deep_it_hides_it_is_found(inner: Any, word: str, path: list[bool]) -> None:
    from chengxin.identity.biometrics import keys_within

    value: Any = {f"x_{word}_1": inner}
    for as_list in path:
        value = [inner, value] if as_list else {"k": value, "l": inner}
    with pytest.raises(BiometricsRefused):
        refuse_biometrics(keys_within(value))
