"""Fills an installation with everything that an upgrade must carry over, and tells what it shows.

Run by ``scripts/upgrade-fixture.sh`` in a checkout of the commit whose installation it is to be: what is imported is that commit's.
``python fill.py DATA TARGET COMMIT`` makes an installation in DATA and leaves its dump and what it shows in TARGET.
"""

import csv
import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from chengxin.lib.codes import check_digit
from chengxin.site.bootstrap import Installation, installation
from chengxin.site.runtime.cluster import binaries_of

KEY = sha256(b"a made-up installation").hexdigest()
MAJOR = 16
PERSONS = 150
GROUND = "晋公户证〔2026〕1号"
KEPT = ("number", "item", "document", "organ", "decided", "shown_until", "state")
ASKED = ("--purpose", "CK-FW", "--basis", "SXSHXYTL-7")


def fill_province(opened: Installation) -> None:
    """Do as ``chengxin up --demo`` does, with fewer persons."""
    from chengxin.demo.province import fill, settle_cast
    from chengxin.demo.verification import settle_verification
    from chengxin.site.serve import settle_switch

    settle_switch()
    settle_cast()
    settle_verification(opened.data / "demo")
    opened.become("intake")
    fill(opened.data / "demo", tell, persons=PERSONS)


def tell(text: str) -> None:
    sys.stderr.write(text + "\n")


def persons(opened: Installation) -> list[dict[str, str]]:
    """Give the living adults of the demo's population file, two of one name not among them."""
    with (opened.data / "demo" / "population.csv").open(encoding="utf-8-sig") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["ZJLX"] == "1" and row["ZT"] == "正常" and row["XWNL"] in ("", "完全")
        ]
    return [row for row in rows if "1950" < row["CSRQ"][:4] < "2005"]


def new_code(born: str, sequence: int) -> str:
    first = f"149999{born}{sequence:03d}"
    return first + check_digit(first)


def event(sequence: int, kind: str, code: str, **more: str) -> dict[str, str]:
    """Make an event of the feed; the day of birth is the code's own."""
    base = {"SJBH": f"E{sequence}", "SJXH": str(sequence), "SJLX": kind, "ZJLX": "1", "ZJHM": code, "CSRQ": code[6:14]}
    return {**base, **more}


def tell_events(opened: Installation, people: list[dict[str, str]]) -> None:
    """Let the population authority tell everything that it can: one event of each kind, and one that must wait."""
    from chengxin.identity.services.population import take_events
    from chengxin.records.services import areas

    opened.become("app")
    code = [row["ZJHM"] for row in people]
    events = [
        event(1, "新增", new_code("19900101", 601), XM="新来甲", XZQH="140105"),
        event(2, "新增", new_code("19910101", 602), XM="新来乙", XZQH="140105"),
        event(3, "姓名变更", code[-1], XM="改名丙"),
        event(4, "号码变更", new_code("19920202", 603), YZJHM=code[-2], XM=people[-2]["XM"]),
        event(5, "迁移", code[-3], XZQH="140106"),
        event(6, "死亡", code[-4], SWRQ="20260105"),
        event(7, "行为能力", code[-5], XWNL="限制", XWNLRQ="20260106", PJWS="（2026）晋0105民特1号"),
        event(
            8,
            "身份核验",
            code[-6],
            HYDW=officer("officer").organisation.code,
            HYRQ="20260107",
            HYDJ="高",
            HYFS="签发时核对指纹",
        ),
        event(9, "姓名变更", new_code("19930303", 604), XM="还没有讲过"),
    ]
    opened.become("intake")
    receipt = take_events(events, areas=areas(), at=datetime.now(UTC))
    assert (receipt.new, receipt.parked) == (2, 1), receipt


def officer(login: str) -> Any:
    from chengxin.identity.queries import find_officer

    found = find_officer(login)
    assert found is not None, login
    return found


def check_names(opened: Installation, people: list[dict[str, str]]) -> None:
    """Ask twice whether somebody is who they say, at the bank's registered purpose."""
    from chengxin.demo.organisations import of_field
    from chengxin.identity.models import Registration
    from chengxin.identity.services.verification import Asked, Enquirer, verify

    opened.become("owner")
    purpose = Registration.objects.get(field="accounts").code
    client = json.loads((opened.data / "demo" / "verification-client.json").read_text(encoding="utf-8"))["client_id"]
    opened.become("app")
    enquirer = Enquirer("api", of_field("bank")[0].code, client, "127.0.0.1")
    for name in (people[0]["XM"], "另一名"):
        verify(enquirer, purpose, Asked("resident-id", people[0]["ZJHM"], name), at=datetime.now(UTC))


def decide_rows(opened: Installation) -> None:
    """Decide about three waiting rows: one is carried out, one waits for its second officer, one was taken back."""
    from chengxin.identity.speaking import speaking_as
    from chengxin.records.adjudication import decide, list_cases, open_case, second, take_back
    from chengxin.records.carrying_out import carry_out_decisions

    opened.become("app")
    first, colleague, at = officer("officer"), officer("colleague"), datetime.now(UTC)
    decided = 0
    with speaking_as(first):
        listed = [row.number for row in list_cases(first)]
    for number in listed:
        with speaking_as(first):
            case = open_case(number, actor=first, at=at)
            if not (case.open and case.adverse and case.near):
                continue
            decide(number, subject_id=case.near[0].suggestion.subject_id, ground=GROUND, actor=first, at=at)
        decided += 1
        if decided == 1:
            with speaking_as(colleague):
                open_case(number, actor=colleague, at=datetime.now(UTC))
                second(number, agreed=True, actor=colleague, at=datetime.now(UTC))
            opened.become("intake")
            assert carry_out_decisions(at=datetime.now(UTC)) == 1
            opened.become("app")
        if decided == 3:
            with speaking_as(first):
                take_back(number, ground=GROUND, actor=first, at=datetime.now(UTC))
            return
    raise AssertionError(f"only {decided} of {len(listed)} rows could be decided on")


def transfer(opened: Installation, people: list[dict[str, str]]) -> None:
    """Merge two persons, and leave another merge waiting for its second officer."""
    from chengxin.identity.parties import Party
    from chengxin.identity.services.transfers import propose_merge, second_step
    from chengxin.records.transfers import carry_out_transfers

    opened.become("app")
    first, colleague = officer("officer"), officer("colleague")
    one, other, third, fourth = (Party("resident-id", row["ZJHM"], row["XM"]) for row in people[1:5])
    step = propose_merge(one, other, ground=GROUND, actor=first, at=datetime.now(UTC))
    second_step(step.pk, agreed=True, actor=colleague, at=datetime.now(UTC))
    opened.become("intake")
    assert carry_out_transfers(at=datetime.now(UTC)) == 1
    opened.become("app")
    propose_merge(third, fourth, ground=GROUND, actor=first, at=datetime.now(UTC))


def shown(opened: Installation, people: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Give what reports on some persons say, those who were merged and told of among them."""
    from chengxin.site.terminal import report_bytes

    opened.become("app")
    centre, told = officer("officer").organisation.code, []
    for row in (*people[:16], people[-1], people[-2]):
        name = "改名丙" if row is people[-1] else row["XM"]
        content = report_bytes(centre, "officer", ASKED[1], ASKED[3], "1", form="json", lines=[row["ZJHM"], name])
        if records := json.loads(content)["records"]:
            kept = [{**{key: record[key] for key in KEPT}, "fields": texts(record)} for record in records]
            told.append({"code": row["ZJHM"], "name": name, "records": kept})
    assert len(told) > 5
    return told


def texts(record: dict[str, Any]) -> list[str]:
    return [field["text"] for field in record["fields"]]


def dump(opened: Installation) -> bytes:
    """Dump it with the oldest PostgreSQL that is served, so that each can load it."""
    parts = conninfo_to_dict(opened.database.urls["owner"])
    where = ["-h", parts["host"], "-p", parts["port"], "-U", parts["user"], "-d", parts["dbname"]]
    program = [str(binaries_of(MAJOR) / "pg_dump"), "--no-owner", "--no-password", *map(str, where)]
    text = subprocess.run(
        program, env={"PGPASSWORD": str(parts["password"])}, check=True, stdout=subprocess.PIPE
    ).stdout
    return gzip.compress(text, 9, mtime=0)


def settle_key(data: Path) -> None:
    """Give the installation a vault key that a test can have too."""
    (data / "keys").mkdir(parents=True, mode=0o700)
    content = {"anchor": "k1", "keys": {"k1": {"suite": "international", "key": KEY}}}
    (data / "keys" / "vault.json").write_text(json.dumps(content), encoding="utf-8")


def main() -> None:
    data, target, commit = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    settle_key(data)
    with installation(data, "owner", tell) as opened:
        fill_province(opened)
        people = persons(opened)
        tell_events(opened, people)
        check_names(opened, people)
        decide_rows(opened)
        transfer(opened, people)
        found = {"commit": commit, "centre": officer("officer").organisation.code, "persons": shown(opened, people)}
        opened.become("owner")
        (target / "register.sql.gz").write_bytes(dump(opened))
    (target / "shown.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
