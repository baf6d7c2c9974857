"""The command line as another program sees it: exit codes, JSON, two languages, and no code among its arguments."""

import inspect
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chengxin.catalogue.files import SHIPPED
from chengxin.demo.officers import code_of_officer
from chengxin.lib.errors import Unusable
from chengxin.lib.periods import shanghai_date
from chengxin.site.checks import refuse_unsafe
from chengxin.site.cli import app
from chengxin.site.env import SettingUnusable
from chengxin.site.runtime.postgres import EmbeddedPostgres
from tests.penalties import csv_text, penalty, write_csv
from tests.people import CENTRE, CENTRE_OFFICER, LI_NA, MARKET, ORGANISATIONS, UNKNOWN, WANG_WEI, write_population
from tests.qualifications import qualification, write_qualifications
from tests.site.support import MAJOR, made_data

# Without its byte code each command would compile the whole program anew.
NOT_HANDED_ON = ("CHENGXIN", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
pytestmark = pytest.mark.xdist_group("cli")

RECEIPT = {"read", "new", "changed", "unchanged", "waiting", "refused", "batch", "findings"}
SETTLE = """
import json, sys
from datetime import date
from pathlib import Path
from chengxin.site.bootstrap import installation
with installation(Path(sys.argv[1]), "owner", lambda _: None):
    from chengxin.demo.officers import settle_demo_officer
    from chengxin.identity.services.organisations import settle_organisation
    organisations, officer = json.loads(sys.stdin.read())
    made = {one["code"]: settle_organisation(**one, valid_from=date(2019, 1, 1)) for one in organisations}
    settle_demo_officer(**{**officer, "organisation": made[officer["organisation"]]}, password="a-test-password")
"""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """A data folder with a running server, which commands join."""

    folder: Path
    data: Path
    within_s: int = 60  # when a command counts as hung

    def environment(self, **extra: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_HANDED_ON)}
        return {
            **kept,
            "CHENGXIN_TEST_AREA": "1",
            "CHENGXIN_DATA": str(self.data),
            "CHENGXIN_PG_MAJOR": str(MAJOR),
            **extra,
        }

    def run(self, *arguments: object, given: str = "", **extra: str) -> Said:
        program = [str(Path(sys.executable).with_name("chengxin")), *map(str, arguments)]
        done = subprocess.run(
            program,
            input=given,
            env=self.environment(**extra),
            capture_output=True,
            text=True,
            timeout=self.within_s,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def ingest(self, rows: list[dict[str, str]], *options: object, name: str = "a.csv") -> Said:
        file = write_csv(self.folder / name, rows)
        return self.run("ingest", file, "--item", "CF-ZRR", "--provider", MARKET, *options)


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    with made_data(prepared=True) as data, EmbeddedPostgres(data, major=MAJOR, durable=False).using():
        made = Shell(data.parent, data)
        subprocess.run(
            [sys.executable, "-c", SETTLE, data], input=json.dumps([ORGANISATIONS, CENTRE_OFFICER]), text=True,
            env=made.environment(), check=True, capture_output=True,
        )  # fmt: skip
        loaded = made.run("population", "load", write_population(made.folder / "people.csv"), "--json")
        assert loaded.code == 0, loaded.err
        assert (loaded.json["new"], loaded.json["minors"], loaded.json["refused"]) == (8, 1, [])
        yield made


@pytest.fixture(scope="module")
def today() -> date:
    return shanghai_date(datetime.now(UTC))


def both_languages(said: Said) -> None:
    """Two lines, one in Chinese, one in English; no trace of the program's inside."""
    assert any("\u4e00" <= char <= "\u9fff" for char in said.err)
    assert any(line[:1].isascii() and line[:1].isalpha() for line in said.err.splitlines())
    assert "Traceback" not in said.err
    assert "File " not in said.err


def test_ingest_of_sound_rows_exits_0_and_gives_a_receipt(shell: Shell, today: date) -> None:
    said = shell.ingest([penalty(today, 1), penalty(today, 2, LI_NA)], "--json")
    assert said.code == 0, said.err
    assert set(said.json) >= RECEIPT
    assert {name: said.json[name] for name in ("read", "new", "waiting", "refused", "findings")} == {
        "read": 2, "new": 2, "waiting": 0, "refused": 0, "findings": 0,
    }  # fmt: skip
    again = shell.ingest([penalty(today, 1), penalty(today, 2, LI_NA)])
    assert again.code == 0
    assert ["unchanged", "2"] in [line.strip("│ ").replace("│", " ").split() for line in again.out.splitlines()]


def test_ingest_with_rows_to_mend_exits_3_and_writes_them(shell: Shell, today: date) -> None:
    mend = shell.folder / "mend.csv"
    rows = [
        penalty(today, 3),
        penalty(today, 4, CF_JDRQ="2026-02-31"),
        penalty(today, 5, UNKNOWN),
        penalty(today, 6, CX_CXLX="2"),
    ]
    said = shell.ingest(rows, "--json", "--mend", mend)
    assert said.code == 3
    assert said.json["by_rule"] == {"bad-date": 1, "unknown-person": 1, "simplified-procedure": 1}
    assert (said.json["refused"], said.json["waiting"], said.json["findings"]) == (2, 1, 3)
    assert len(mend.read_text("utf-8-sig").splitlines()) == 3
    assert list((shell.data / "spool").iterdir()) == []
    assert UNKNOWN.code not in said.out + said.err


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        pytest.param(b"a,b\n1,2\n", "CF_XDR_MC", id="no-heading"),
        pytest.param(csv_text([{**penalty(date(2026, 11, 1)), "血型": "A"}], (*penalty(date(2026, 11, 1)), "血型")).encode(),
                     "blood", id="forbidden-column"),
    ],
)  # fmt: skip
def test_unusable_file_exits_2_in_both_languages(shell: Shell, content: bytes, wanted: str) -> None:
    file = shell.folder / "unusable.csv"
    file.write_bytes(content)
    said = shell.run("ingest", file, "--item", "CF-ZRR", "--provider", MARKET, "--json")
    assert said.code == 2
    assert said.out == ""
    assert wanted.lower() in said.err.lower().replace("\n", "")
    both_languages(said)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("ingest", __file__, "--item", "SX-BZXR", "--provider", MARKET), id="not-competent"),
        pytest.param(("ingest", __file__, "--item", "CF-ZRR", "--provider", "0" * 18), id="no-provider"),
        pytest.param(("ingest", __file__, "--item", "CF-ZRR", "--provider", MARKET, "--as-of", "gestern"), id="no-day"),
        pytest.param(("catalogue", "show", "NO-ITEM"), id="no-item"),
        pytest.param(("check", "no-such-file.csv", "--item", "CF-ZRR"), id="no-file"),
    ],
)
def test_what_cannot_be_done_exits_2_in_both_languages(shell: Shell, arguments: tuple[str, ...]) -> None:
    said = shell.run(*arguments)
    assert said.code == 2
    both_languages(said)


def test_check_finds_what_ingest_finds_save_for_the_persons(shell: Shell, today: date) -> None:
    rows = [
        penalty(today, 10), penalty(today, 11, CF_JDRQ="x"), penalty(today, 12, UNKNOWN), penalty(today, 13, CX_XWZZRQ=""),
        penalty(today, 14, CF_SY="血型为未知"), penalty(today, 15, CF_XDR_MC="王维"), penalty(today, 16, CF_NR="", CF_WFXW=""),
        penalty(today, 17, CF_XDR_ZJHM=WANG_WEI.code[:17] + ("1" if WANG_WEI.code[17] != "1" else "2")),
    ]  # fmt: skip
    taken = shell.ingest(rows, "--json", name="checked.csv")
    checked = shell.run(
        "check", shell.folder / "checked.csv", "--item", "CF-ZRR", "--json", CHENGXIN_DATA="/nonexistent/folder"
    )
    assert (taken.code, checked.code) == (3, 3), checked.err
    of_persons = {"unknown-person": 1, "name-differs": 1}
    assert checked.json["by_rule"] | of_persons == taken.json["by_rule"]
    assert not checked.json["by_rule"].keys() & of_persons.keys()
    found = [(one["row"], one["rule"], one["field"]) for one in checked.json["findings"]]
    assert {(3, "bad-date", "CF_JDRQ"), (6, "forbidden-content", "")} <= set(found)
    assert {*of_persons, "record-closed", "conflict-in-file", "reported-late"} <= set(checked.json["needs_register"])
    assert next(one for one in checked.json["findings"] if one["rule"] == "bad-date")["example"] == "2026-03-10"
    assert WANG_WEI.code not in checked.out + checked.err


def test_check_judges_by_the_rules_of_the_day_it_is_told(shell: Shell) -> None:
    rows = write_csv(shell.folder / "dear.csv", [penalty(date(2026, 9, 30), 1, CF_NR_FK="30")])
    before, since = (
        shell.run("check", rows, "--item", "CF-ZRR", "--as-of", day, "--json", CHENGXIN_DATA="/nonexistent/folder")
        for day in ("2026-10-31", "2026-11-02")
    )
    assert (before.code, before.json["by_rule"]) == (0, {})
    assert (since.code, since.json["by_rule"]) == (3, {"fine-out-of-range": 1})
    assert before.json["rules_edition"] != since.json["rules_edition"]


def test_rules_are_tried_on_what_is_held_in_numbers_alone(shell: Shell) -> None:
    rows = write_csv(shell.folder / "held.csv", [penalty(date(2026, 9, 30), 40, CF_NR_FK="30")])
    taken = shell.run("ingest", rows, "--item", "CF-ZRR", "--provider", MARKET, "--as-of", "2026-10-12", "--json")
    assert taken.code == 0, taken.out
    said = shell.run("checks", "backtest", "--case", "校核〔2026〕1号", "--check", "fine-out-of-range", "--json")
    assert said.code == 0, said.err
    (tried,) = said.json["tried"]
    assert (tried["rule"], tried["provider"], tried["found"]) == ("fine-out-of-range", MARKET, 1)
    assert tried["held"] > 0
    assert shell.run("checks", "backtest", "--case", "1", "--draft", "no-such.toml").code == 2
    assert shell.run("checks", "list", "--as-of", "2026-10-31", "--json").json["edition"] == "2026.2"


def report(shell: Shell, given: str, *options: str) -> Said:
    asked = (
        "--org",
        CENTRE,
        "--officer",
        CENTRE_OFFICER["login"],
        "--purpose",
        "CK-FW",
        "--basis",
        "SXSHXYTL-7",
        "--case",
        "窗1",
    )
    return shell.run("report", *asked, *options, given=given)


def test_report_reads_code_and_name_from_standard_input(shell: Shell, today: date) -> None:
    shell.ingest([penalty(today, 20)])
    said = report(shell, f"{WANG_WEI.code}\n{WANG_WEI.name}\n", "--format", "json")
    assert said.code == 0, said.err
    assert set(said.json) >= {"number", "issued_at", "subject", "records"}
    assert set(said.json["records"][0]) >= {"item", "document", "organ", "decided", "shown_until", "state", "basis"}


def test_report_without_two_lines_exits_2(shell: Shell) -> None:
    said = report(shell, f"{WANG_WEI.code}\n")
    assert said.code == 2
    both_languages(said)
    assert WANG_WEI.code not in said.out + said.err


def test_unknown_person_is_not_named_in_the_answer(shell: Shell) -> None:
    said = report(shell, f"{UNKNOWN.code}\n{UNKNOWN.name}\n", "--format", "json")
    assert said.code == 2
    assert UNKNOWN.code not in said.out + said.err
    assert UNKNOWN.name not in said.out + said.err
    both_languages(said)


def test_no_command_takes_a_code_or_name_of_a_person_as_an_argument() -> None:
    known = {
        "report": {"org", "officer", "purpose", "basis", "case", "data", "duty", "format", "output"},
        "ingest": {"file", "item", "provider", "data", "as_of", "attest", "mend", "as_json"},
        "check": {"file", "item", "as_of", "attest", "as_json"},
    }
    commands = {command.callback.__name__: command.callback for command in app.registered_commands if command.callback}
    for name, taken in known.items():
        assert set(inspect.signature(commands[name]).parameters) == taken


def test_catalogue_lists_and_shows(shell: Shell) -> None:
    listed = {row["code"]: row for row in shell.run("catalogue", "list", "--json").json}
    assert set(listed) == {path.stem for path in SHIPPED.glob("*/items/*.toml")}
    shown = shell.run("catalogue", "show", "CF-ZRR", "--json").json
    assert shown["name"] == listed["CF-ZRR"]["name"]
    assert shown["nature"] == "adverse"
    assert "CF_XDR_ZJHM" in shown["fields"]
    assert shown["bases"]


def test_editions_are_listed_exported_and_compared(shell: Shell) -> None:
    edition, supplement = shell.run("catalogue", "editions", "--json").json
    assert [one["level"] for one in (edition, supplement)] == ["national", "provincial"]
    exported = shell.run("catalogue", "export", edition["code"]).json
    assert exported["edition"]["code"] == edition["code"]
    assert set(exported["items"]) == {path.stem for path in SHIPPED.glob("national/items/*.toml")}
    assert shell.run("catalogue", "compare", edition["code"], edition["code"], "--json").json == []
    assert shell.run("catalogue", "law-ends", "--json").json == []
    said = shell.run("catalogue", "compare", edition["code"], "no-edition")
    assert said.code == 2
    both_languages(said)


def test_occupations_are_listed_and_their_coverage_counted(shell: Shell, today: date) -> None:
    listed = shell.run("occupations", "list", "--json")
    assert len(listed.json) == 16
    assert "《中华人民共和国律师法》第六条" in listed.json["03"]
    file = write_qualifications(shell.folder / "q.csv", [qualification(today, 1), qualification(today, 2, LI_NA)])
    assert shell.run("ingest", file, "--item", "ZG-ZY", "--provider", MARKET, "--json").code == 0
    counted = shell.run("occupations", "coverage", "--json")
    assert counted.code == 0, counted.err
    (whole,) = [one for one in counted.json["cells"] if not any(one[part] for part in ("city", "organ_code"))
                and one["occupation"] == "lawyer"]  # fmt: skip
    assert (whole["persons"], whole["in_force"], whole["expired"]) == (2, 2, 0)
    (feed,) = counted.json["feeds"]
    assert (feed["provider_code"], feed["stale"]) == (MARKET, False)
    assert WANG_WEI.name not in counted.out
    told = shell.run("occupations", "coverage")
    assert "律师" in told.out
    assert "导游" in told.out


@pytest.mark.parametrize("day", ["2099-01-01", "yesterday"])
def test_coverage_of_no_day_exits_2_in_both_languages(shell: Shell, day: str) -> None:
    said = shell.run("occupations", "coverage", "--on", day)
    assert said.code == 2
    both_languages(said)


def test_edition_loads_again_unchanged_and_never_with_other_content(shell: Shell) -> None:
    before = editions(shell)
    again = shell.run("catalogue", "load", "--json")
    assert (again.code, [one["edition"] for one in again.json]) == (0, ["QG-2024", "SX-2026.1"])
    changed = shell.folder / "catalogue"
    shutil.copytree(SHIPPED, changed)
    item = changed / "provincial" / "items" / "ZY-FW.toml"
    item.write_text(item.read_text("utf-8").replace('name = "', 'name = "改', 1), encoding="utf-8")
    said = shell.run("catalogue", "load", changed)
    assert said.code == 2
    assert "SX-2026.1" in said.err
    both_languages(said)
    assert editions(shell) == before


def editions(shell: Shell) -> list[tuple[Any, ...]]:
    url = EmbeddedPostgres(shell.data, major=MAJOR).url("chengxin_owner")
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT e.code, e.digest, e.loaded_at, count(v.id), md5(string_agg(v.definition::text, ' ' ORDER BY v.id))"
            " FROM catalogue_edition e JOIN catalogue_item_version v ON v.edition_id = e.id GROUP BY e.id"
        ).fetchall()


def test_production_refuses_the_test_area(shell: Shell) -> None:
    said = shell.run("catalogue", "list", CHENGXIN_PRODUCTION="1", CHENGXIN_TEST_AREA="1")
    assert said.code == 2
    assert "149999" in said.err
    both_languages(said)


def test_production_refuses_the_demo(settings: Any) -> None:
    settings.PRODUCTION, settings.DEMO, settings.TEST_AREA = True, True, False
    with pytest.raises(SettingUnusable):
        refuse_unsafe()
    settings.DEMO = False
    refuse_unsafe()


def test_faces_on_one_port_are_refused_before_anything_starts(shell: Shell) -> None:
    said = shell.run("up", "--port", "8000", "--admin-port", "8001")
    assert said.code == 2
    assert "--desk-port" in said.err
    both_languages(said)


@pytest.mark.parametrize("told", ["", "http://desk.example"])
def test_production_is_told_where_the_sites_are(shell: Shell, told: str) -> None:
    said = shell.run(
        "up", CHENGXIN_PRODUCTION="1", CHENGXIN_PUBLIC_URL="https://credit.example", CHENGXIN_DESK_URL=told
    )
    assert said.code == 2
    assert "CHENGXIN_DESK_URL" in said.err
    assert "CHENGXIN_PUBLIC_URL" not in said.err
    both_languages(said)


def test_a_witness_that_cannot_be_one_is_named_before_anything_starts(shell: Shell) -> None:
    said = shell.run("up", "--port", "1", CHENGXIN_WITNESS_URL="https://witness.example", CHENGXIN_WITNESS_KEY="no-key")
    assert said.code == 2
    assert "CHENGXIN_WITNESS_KEY" in said.err
    both_languages(said)


def test_malformed_switch_is_named(shell: Shell) -> None:
    said = shell.run("catalogue", "list", CHENGXIN_DEMO="perhaps")
    assert said.code == 2
    assert "CHENGXIN_DEMO" in said.err
    both_languages(said)


def test_day_to_come_is_no_day_to_act_on() -> None:
    from chengxin.site.terminal import moment

    ahead = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    with pytest.raises(Unusable):
        moment(ahead)
    assert moment(datetime.now(UTC).date().isoformat()) <= datetime.now(UTC)


PASSWORD = "four words that fit well\n"


def appointed(shell: Shell, today: date, login: str, role: str, **changes: str) -> Said:
    values = {"role": role, "until": str(today + timedelta(days=30)), "reason": "首任", **changes}
    return shell.run(
        "appoint", login, *(part for key, value in values.items() for part in (f"--{key}", value)), "--json"
    )


def test_the_first_administrators_are_entered_and_appointed_at_the_server(shell: Shell, today: date) -> None:
    for login, role in (("zhang.min", "security_admin"), ("li.qiang", "system_admin")):
        entered = shell.run("officer", "enter", login, "--name", "张敏", "--org", CENTRE, "--json", given=PASSWORD)
        assert (entered.code, entered.json["login"]) == (0, login), entered.err
        said = appointed(shell, today, login, role)
        assert (said.code, said.json["role"]) == (0, role), said.err
    clash = appointed(shell, today, "zhang.min", "audit_admin")
    assert clash.code == 2
    assert "三员互斥" in clash.err
    both_languages(clash)
    url = EmbeddedPostgres(shell.data, major=MAJOR).url("chengxin_owner")
    with psycopg.connect(url) as connection:
        noted = connection.execute("SELECT act, actor FROM ground_action ORDER BY id DESC LIMIT 4").fetchall()
        kept = connection.execute("SELECT password, demo FROM identity_user WHERE login = 'zhang.min'").fetchone()
    assert noted == [("rights.grant", ""), ("officers.enter", "")] * 2
    assert kept is not None
    assert kept[0].startswith("pbkdf2_") and not kept[1]  # noqa: PT018


def test_who_an_officer_is_is_declared_at_the_server_by_two_lines(shell: Shell) -> None:
    """Code and name stand on standard input, so that no list of processes and no history of a shell shows them."""
    login, name = "wang.fen", "王芬"
    code, wrong = code_of_officer(login), code_of_officer(login)[:-1]
    shell.run("officer", "enter", login, "--name", name, "--org", CENTRE, "--json", given=PASSWORD)
    for given in (f"{wrong}\n{name}\n", f"{code}\n\n", ""):
        refused = shell.run("officer", "declare", login, given=given)
        assert refused.code != 0
        assert "照证件重新填写" in refused.err
        assert code not in refused.out + refused.err
        both_languages(refused)
    on_the_command_line = shell.run("officer", "declare", login, code, name)
    assert on_the_command_line.code != 0
    said = shell.run("officer", "declare", login, "--json", given=f"{code}\n{name}\n")
    assert (said.code, said.json) == (0, {"login": login, "declared": True}), said.err
    again = shell.run("officer", "declare", login, given=f"{code}\n{name}\n")
    assert "已经申报过" in again.err
    unknown = shell.run("officer", "declare", "nobody", given=f"{code}\n{name}\n")
    assert unknown.code != 0
    both_languages(unknown)
    with psycopg.connect(EmbeddedPostgres(shell.data, major=MAJOR).url("chengxin_owner")) as connection:
        noted = connection.execute(
            "SELECT actor, note FROM ground_action WHERE act = 'officers.declare' AND subject = (SELECT 'user:' || id"
            " FROM identity_user WHERE login = %s)",
            [login],
        ).fetchall()
        kept = connection.execute(
            "SELECT d::text FROM identity_declaration d JOIN identity_user u ON u.id = d.user_id WHERE login = %s",
            [login],
        ).fetchall()
    assert noted == [("", "")]
    assert len(kept) == 1
    assert not any(text in kept[0][0] for text in (code, code.encode().hex(), name, name.encode().hex()))


def test_an_administrator_who_lost_everything_is_let_in_anew_at_the_server(shell: Shell) -> None:
    """A new first password, no second factor, no session, and both in the log."""
    url = EmbeddedPostgres(shell.data, major=MAJOR).url("chengxin_owner")
    login, whose = "officer", "FROM identity_user WHERE login = 'officer'"
    with psycopg.connect(url) as connection:
        connection.execute(
            f"INSERT INTO identity_recovery_code (user_id, digest, made_at) SELECT id, sha256(''), now() {whose}"
        )
        connection.execute(f"INSERT INTO identity_session SELECT 'k', 'desk', 'x', now(), now(), id {whose}")
        ((before,),) = connection.execute(f"SELECT password {whose}").fetchall()
    said = shell.run("officer", "reset", login, "--json", given=PASSWORD)
    assert (said.code, said.json["login"]) == (0, login), said.err
    with psycopg.connect(url) as connection:
        kept = connection.execute(
            "SELECT password, first_password FROM identity_user WHERE login = %s", [login]
        ).fetchone()
        noted = connection.execute("SELECT act, actor FROM ground_action ORDER BY id DESC LIMIT 2").fetchall()
        left = connection.execute("SELECT FROM identity_session").fetchall()
        codes = connection.execute("SELECT FROM identity_recovery_code").fetchall()
    assert kept is not None
    assert kept[0] != before
    assert kept[1]
    assert noted == [("officers.take_off_factor", ""), ("officers.new_password", "")]
    assert left == codes == []
    unknown = shell.run("officer", "reset", "nobody", given=PASSWORD)
    assert unknown.code == 2
    assert "没有这位在岗人员" in unknown.err


@pytest.mark.parametrize(
    ("login", "org", "password", "told"),
    [
        pytest.param("Zhang Min", CENTRE, PASSWORD, "小写字母", id="login-form"),
        pytest.param("officer", CENTRE, PASSWORD, "已有人使用", id="login-taken"),
        pytest.param("wang.fang", CENTRE, "short\n", "12 个字符", id="password-short"),
        pytest.param("wang.fang", CENTRE, "qwerty123456\n", "12 个字符", id="password-common"),
        pytest.param("wang.fang", CENTRE, "", "12 个字符", id="no-password"),
        pytest.param("wang.fang", "0" * 18, PASSWORD, "登记单位", id="no-organisation"),
    ],
)
def test_accounts_that_are_not_entered(shell: Shell, login: str, org: str, password: str, told: str) -> None:
    said = shell.run("officer", "enter", login, "--name", "王芳", "--org", org, given=password)
    assert said.code == 2
    assert told in said.err.replace("\n", "")
    both_languages(said)


@pytest.mark.parametrize(
    ("login", "changes", "told"),
    [
        pytest.param("nobody", {}, "", id="no-officer"),
        pytest.param("officer", {"until": "next year"}, "2026-12-31", id="no-day"),
        pytest.param("officer", {"until": "2099-01-01"}, "截止日", id="too-long"),
        pytest.param("officer", {"reason": " "}, "理由", id="no-reason"),
    ],
)
def test_appointments_that_are_refused(
    shell: Shell, today: date, login: str, changes: dict[str, str], told: str
) -> None:
    said = appointed(shell, today, login, "clerk", **changes)
    assert said.code == 2
    assert told in said.err
    both_languages(said)


def test_events_are_loaded_and_the_feed_and_coverage_told(shell: Shell) -> None:
    from tests.identity.feeding import attested, moved, write_lines
    from tests.people import UNKNOWN

    file = write_lines(
        shell.folder / "events.jsonl",
        [moved(1, WANG_WEI.code, "140202"), attested(2, WANG_WEI.code, "20260301"), moved(5, UNKNOWN.code, "140106")],
    )
    loaded = shell.run("population", "load", file, "--json")
    assert loaded.code == 0, loaded.err
    assert {name: loaded.json[name] for name in ("read", "changed", "parked", "refused")} == {
        "read": 3, "changed": 1, "parked": 1, "refused": [],
    }  # fmt: skip
    status = shell.run("population", "status", "--json")
    assert status.code == 3
    assert (status.json["last_sequence"], status.json["gaps"]) == (5, [{"first": 3, "last": 4}])
    assert [(one["reason"], one["events"]) for one in status.json["parked"]] == [("unknown", 1)]
    assert "3-4" in shell.run("population", "status").out
    told = shell.run("population", "coverage", "--level", "prefecture", "--json")
    assert told.code == 0, told.err
    (datong,) = [row for row in told.json if row["region"] == "140200"]
    assert (datong["persons"], datong["coded"], datong["verified"]) == (1, 1, 1)
    assert datong["assurance"] == [{"level": "high", "persons": 1, "since": "2026-03-01", "latest": "2026-03-01"}]
    assert "100.0%" in shell.run("population", "coverage", "--level", "prefecture").out


def test_snapshot_after_events_must_say_where_it_stands(shell: Shell) -> None:
    from tests.identity.feeding import moved, write_lines

    told = write_lines(shell.folder / "before.jsonl", [moved(1, WANG_WEI.code, "140202")])
    assert shell.run("population", "load", told).code == 0
    said = shell.run("population", "load", write_population(shell.folder / "again.csv"))
    assert said.code == 2
    assert "--sequence" in said.err
    both_languages(said)


def test_file_with_biometrics_is_refused_in_two_languages(shell: Shell) -> None:
    file = shell.folder / "forbidden.jsonl"
    file.write_text('{"SJBH": "E9", "ZW_TZ": "x"}\n', encoding="utf-8")
    said = shell.run("population", "load", file)
    assert said.code == 2
    both_languages(said)


def test_what_is_derived_is_listed_and_rebuilt(shell: Shell) -> None:
    listed = shell.run("rebuild", "--list", "--json")
    assert (listed.code, {"indexes", "superseded", "near-names"} <= listed.json.keys()) == (0, True)
    done = shell.run("rebuild", "near-names", "--progress", "--json")
    assert (done.code, done.json) == (0, {"near-names": {"looked": 8, "mended": 0}}), done.err
    whole = shell.run("rebuild", "all", "--json")
    assert whole.code == 0, whole.err
    assert whole.json.keys() == listed.json.keys()
    assert {one["mended"] for one in whole.json.values()} == {0}
    unknown = shell.run("rebuild", "everybody")
    assert unknown.code == 2
    both_languages(unknown)
