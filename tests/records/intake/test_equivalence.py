"""The rules as functions and the rules as columns say the same of every row."""

import random
import re
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from chengxin.identity.likeness import read_written
from chengxin.identity.rules import normal_name
from chengxin.lib.codes import CodeType, examine
from chengxin.lib.periods import turns
from chengxin.records import rules
from chengxin.records.intake.admission import RowChecker
from chengxin.records.intake.fields import LONG_TERM, FieldChecker, read_day, read_number
from chengxin.records.intake.persons import normal_names
from chengxin.records.intake.reading import ROW
from chengxin.records.intake.signs import HIDDEN, clean_columns, met_in
from chengxin.records.rules import Act, Schedule
from chengxin.records.terms import record_terms
from tests.people import MARKET, WANG_WEI, code_of
from tests.records.intake.cases import AREAS, ON, framed, judged, shipped_item

TERMS = record_terms(ON)
HIDDEN_SIGNS = "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd\U000e0000-\U000e007f]"
"""The same as ``HIDDEN``, in the form of the standard library."""
PENALTY = shipped_item("CF-ZRR")
KINDS = PENALTY.maps_to["penalty_kind"]
PROCEDURES = PENALTY.maps_to["procedure_kind"]
EDGES = [ON + timedelta(days=days) for days in (-1, 0, 1)] + [
    date(2024, 2, 29), date(2026, 1, 31), date(2026, 2, 28), date(2021, 11, 20), date(2021, 11, 19), date(2023, 11, 30),
]  # fmt: skip
FINES = ["0", "0.999999", "1", "1.000001", "19.999999", "20", "20.000001", "0.5", "3", "250"]
STORIES = [
    "设摊销售食品",
    "情节轻微",
    "已及时改正",
    "情节轻微，已及时改正",
    "首违不罚且情节轻微",
    "治安管理处罚在案",
    "责令整改",
    "",
]
BASES = ["《食品安全法》第一百二十二条", "《治安管理处罚法》第四十三条", "《道路交通安全法》", "轻微的应当改正"]
BIRTHS = [
    date(1990, 1, 1),
    date(2008, 2, 29),
    date(2006, 2, 28),
    date(2008, 11, 20),
    date(2008, 11, 21),
    date(2004, 2, 29),
]

days = st.one_of(st.none(), st.sampled_from(EDGES), st.dates(date(2015, 1, 1), date(2028, 12, 31)))
penalties = st.fixed_dictionaries({
    "born": st.one_of(st.sampled_from(BIRTHS), st.dates(date(1930, 1, 1), date(2015, 12, 31))),
    "decided": st.one_of(st.sampled_from(EDGES), st.dates(date(2015, 1, 1), date(2027, 12, 31))),
    "ended": days,
    "final": days,
    "kinds": st.lists(st.sampled_from(sorted(KINDS)), max_size=3, unique=True),
    "fine": st.one_of(st.none(), st.sampled_from(FINES)),
    "procedure": st.one_of(st.none(), st.sampled_from(sorted(PROCEDURES))),
    "facts": st.sampled_from(STORIES),
    "content": st.sampled_from(STORIES),
    "basis": st.sampled_from(BASES),
})  # fmt: skip


def penalty_row(case: dict[str, Any]) -> dict[str, str | None]:
    def text(day: date | None) -> str | None:
        return day.isoformat() if day else None

    return {
        "CF_XDR_MC": "王伟", "CF_XDR_LB": "自然人", "CF_XDR_ZJLX": "1", "CF_XDR_ZJHM": code_of(case["born"].strftime("%Y%m%d"), 11),
        "CF_WSH": "并市监罚〔2026〕1号", "CF_WFXW": "无照经营", "CF_SY": case["facts"] or None, "CF_YJ": case["basis"],
        "CF_CFLB": ";".join(case["kinds"]) or None, "CF_NR": case["content"] or None, "CF_NR_FK": case["fine"],
        "CF_JDRQ": text(case["decided"]), "CF_CFJG": "测试市场监督管理局", "CF_CFJGDM": MARKET, "CF_SJLY": "测试市场监督管理局",
        "CF_SJLYDM": MARKET, "CX_XWZZRQ": text(case["ended"]), "CX_CXLX": case["procedure"], "CX_QDRQ": text(case["final"]),
    }  # fmt: skip


def act_of(case: dict[str, Any], *, attested: bool) -> Act:
    return Act(
        kinds=frozenset(KINDS[kind] for kind in case["kinds"]),
        basis_text=case["basis"],
        story=case["facts"] + case["content"] + case["basis"],
        procedure=PROCEDURES[case["procedure"]] if case["procedure"] else None,
        decided=case["decided"],
        ended=case["ended"],
        final=case["final"],
        attested=attested,
    )


def expected_verdicts(case: dict[str, Any], *, attested: bool) -> set[str]:
    act = act_of(case, attested=attested)
    found = [
        rules.refuse_public_order(act),
        rules.refuse_simplified(act),
        rules.refuse_slight(act),
        rules.refuse_minor(act, case["born"]),
    ]
    return {refusal.rule for refusal in [*found, *rules.missing_ground(act)] if refusal}


def expected_schedule(case: dict[str, Any], *, attested: bool) -> tuple[str, Schedule] | None:
    """Give grade and days by the rules; None where a date is missing, since such a row waits."""
    final = case["final"] or (case["decided"] if attested else None)
    if case["ended"] is None or final is None:
        return None
    fine = read_number(case["fine"], 6) if case["fine"] else None
    fen = round(float(fine) * 1_000_000) if fine else None
    grade = rules.penalty_grade([KINDS[kind] for kind in case["kinds"]], fen, TERMS.fines)
    return str(grade), rules.adverse_schedule(
        case["decided"], final, case["ended"], grade, TERMS.display, TERMS.retention
    )


ADMISSION = {
    "public-order-penalty", "simplified-procedure", "slight-and-corrected", "minor", "end-of-act-missing", "procedure-missing",
    "finality-missing",
}  # fmt: skip


def compare(cases: list[dict[str, Any]], *, attested: bool) -> None:
    frame, findings = judged("CF-ZRR", framed([penalty_row(case) for case in cases]), attested=attested)
    said: dict[int, set[str]] = {row: set() for row in frame[ROW]}
    for row, rule in findings.select(ROW, "rule").iter_rows():
        said[row] |= {rule} & ADMISSION
    columns = frame.select(ROW, "grade", "shown_from", "shown_until", "repair_from", "erase_on").iter_rows()
    for case, (row, grade, *made) in zip(cases, columns, strict=True):
        verdicts = expected_verdicts(case, attested=attested)
        # The columns also refuse whoever is a minor today; an undated act is looked at on the day of the document.
        act = case["ended"] or case["decided"]
        adult = turns(case["born"], rules.ADULT_YEARS)
        verdicts |= {"minor"} if act < adult or adult > ON else set()
        assert said[row] == verdicts, case
        if expected := expected_schedule(case, attested=attested):
            assert (grade, Schedule(*made)) == expected, case


@pytest.mark.parametrize("attested", [False, True])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases=st.lists(penalties, min_size=1, max_size=12))
def test_penalties_are_judged_alike(attested: bool, cases: list[dict[str, Any]]) -> None:
    compare(cases, attested=attested)


def drawn_penalty(draw: random.Random) -> dict[str, Any]:
    def day() -> date:
        return draw.choice(EDGES) if draw.random() < 0.2 else ON - timedelta(days=draw.randrange(-200, 3000))

    def maybe(value: Any) -> Any:
        return None if draw.random() < 0.1 else value

    born = draw.choice(BIRTHS) if draw.random() < 0.3 else date(1930, 1, 1) + timedelta(days=draw.randrange(31_000))
    return {
        "born": born, "decided": day(), "ended": maybe(day()), "final": maybe(day()), "fine": maybe(draw.choice(FINES)),
        "kinds": draw.sample(sorted(KINDS), draw.randrange(4)), "procedure": maybe(draw.choice(sorted(PROCEDURES))),
        "facts": draw.choice(STORIES), "content": draw.choice(STORIES), "basis": draw.choice(BASES),
    }  # fmt: skip


@pytest.mark.parametrize(("seed", "attested"), [(1, False), (2, True)])
def test_thousands_of_penalties_are_judged_alike(seed: int, attested: bool) -> None:
    draw = random.Random(seed)
    compare([drawn_penalty(draw) for _ in range(8_000)], attested=attested)


def miswritten(draw: random.Random) -> str:
    """Draw a citizen's number as hands, scanners and forms write them: slips, blanks, letters, masks of every sign, and plain nonsense."""
    code = code_of(f"{date(1960, 1, 1) + timedelta(days=draw.randrange(15_000)):%Y%m%d}", draw.randrange(1000))
    signs = list(code)
    for _ in range(draw.randrange(4)):
        place = draw.randrange(len(signs))
        match draw.randrange(5):
            case 0:
                signs[place] = draw.choice("0123456789X")
            case 1:
                signs.insert(place, draw.choice("0123456789 -\xa0'·_"))
            case 2:
                del signs[place]
            case 3:
                start, sign = draw.randrange(17), draw.choice("*＊×Xx#?●")
                signs[start : start + draw.randrange(1, 12)] = sign * draw.randrange(1, 12)
            case _:
                signs[place] = draw.choice("OoIlBSZ１Ⅹ号A")
    return "".join(signs)


def test_the_door_lets_wait_what_can_lead_to_somebody_and_nothing_else() -> None:
    draw = random.Random(5)
    codes = [miswritten(draw) for _ in range(4_000)]
    case = {**drawn_penalty(draw), "born": date(1980, 1, 1)}
    frame, findings = judged("CF-ZRR", framed([{**penalty_row(case), "CF_XDR_ZJHM": code} for code in codes]))
    wanted = {"code-masked", "code-doubtful", "code-legacy", "bad-code"}
    said = dict(findings.filter(pl.col("rule").is_in(wanted)).select(ROW, "rule").iter_rows())
    written = dict(frame.select(ROW, "CF_XDR_ZJHM").iter_rows())
    expected: dict[int, str] = {}
    for row, code in written.items():
        verdict = examine(CodeType.RESIDENT_ID, code, on=ON, areas=AREAS)
        number = read_written(code)
        if verdict.legacy:
            expected[row] = "code-legacy"
        elif verdict.canonical is None:
            expected[row] = "bad-code" if number is None else "code-masked" if number.masked else "code-doubtful"
    assert said == expected
    assert set(said.values()) == wanted


PLAIN = {
    "SX-BZXR": ("publishDate", "QX_JMRQ"),
    "XK-ZRR": ("XK_JDRQ", "XK_YXQZI"),
    "ZG-ZY": None,
    "RY-BZ": None,
    "ZY-FW": None,
    "CN-XY": None,
}


def plain_expected(item: str, decided: date, valid_until: date | None, final: date | None) -> Schedule:
    definition = shipped_item(item).definition
    until = valid_until or LONG_TERM
    match definition.display_rule:
        case "court-list":
            made = rules.court_schedule(decided, TERMS.court, TERMS.retention)
            made = rules.clip(made.shown_from, min(made.shown_until, until), None, made.erase_on)
        case "validity":
            made = rules.validity_schedule(decided, until, TERMS.plain)
        case _:
            made = rules.plain_schedule(decided, definition.retention_rule, TERMS.plain)
            made = rules.clip(made.shown_from, min(made.shown_until, until), None, made.erase_on)
    start = max(made.shown_from, final) if final else made.shown_from
    return rules.clip(start, made.shown_until, made.repair_from, made.erase_on)


@pytest.mark.parametrize("item", PLAIN)
def test_days_of_what_is_not_graded_are_the_same(item: str) -> None:
    draw = random.Random(item)
    definition = shipped_item(item).definition
    roles = definition.roles

    def day() -> date:
        return draw.choice(EDGES) if draw.random() < 0.2 else ON - timedelta(days=draw.randrange(-700, 3500))

    rows: list[dict[str, str | None]] = []
    for _ in range(3_000):
        row: dict[str, str | None] = {field.code: None for field in definition.fields}
        row[roles["code"]] = code_of("19900101", 1)
        for role in ("decided", "valid_until", "final", "ended"):
            if role in roles and (role == "decided" or draw.random() < 0.8):
                row[roles[role]] = "长期" if role == "valid_until" and draw.random() < 0.1 else day().isoformat()
        rows.append(row)
    frame, _ = judged(item, framed(rows))

    def of(row: dict[str, str | None], role: str) -> date | None:
        text = row.get(roles.get(role, ""))
        return read_day(text) if text else None

    for row, made in zip(
        rows, frame.select("shown_from", "shown_until", "repair_from", "erase_on").iter_rows(), strict=True
    ):
        decided = of(row, "decided")
        assert decided is not None
        final = decided if definition.admission == "court" else of(row, "final")
        assert Schedule(*made) == plain_expected(item, decided, of(row, "valid_until"), final), row


def test_serious_list_is_graded_serious_throughout() -> None:
    roles = shipped_item("YZ-MD").definition.roles
    draw, rows, wanted = random.Random(5), [], []
    for _ in range(2_000):
        decided, ended, final = (ON - timedelta(days=draw.randrange(2500)) for _ in range(3))
        rows.append({
            roles["code"]: code_of("19900101", 1), roles["decided"]: decided.isoformat(), roles["ended"]: ended.isoformat(),
            roles["final"]: final.isoformat(),
        })  # fmt: skip
        wanted.append(
            rules.adverse_schedule(decided, final, ended, rules.Grade.SERIOUS, TERMS.display, TERMS.retention)
        )
    frame, _ = judged("YZ-MD", framed(rows))  # type: ignore[arg-type]
    made = [Schedule(*row) for row in frame.select("shown_from", "shown_until", "repair_from", "erase_on").iter_rows()]
    assert made == wanted
    assert frame["grade"].unique().to_list() == ["serious"]


def test_every_kind_of_the_code_list_is_graded_as_the_rule_does() -> None:
    cases: list[dict[str, Any]] = [
        {**drawn_penalty(random.Random(1)), "kinds": [kind], "fine": None, "decided": date(2026, 5, 1)}
        for kind in KINDS
    ]
    frame, _ = judged("CF-ZRR", framed([penalty_row(case) for case in cases]))
    assert frame["grade"].to_list() == [str(rules.penalty_grade([maps], None, TERMS.fines)) for maps in KINDS.values()]


@given(st.lists(st.one_of(st.none(), st.text(st.sampled_from("王伟娜·•． é́麦買\uf900𠀀A ")))))
def test_names_are_brought_to_the_compared_form_alike(names: list[str | None]) -> None:
    series = pl.Series(names, dtype=pl.String)
    assert normal_names(series).to_list() == [None if name is None else normal_name(name) for name in names]


@given(
    st.lists(st.one_of(st.none(), st.sampled_from(["设摊", "轻微", "a\x80b", "\u202e"])), max_size=40),
    st.sampled_from([1, 4, 1000]),
)
def test_what_is_met_in_a_column_is_met_however_often_it_repeats(texts: list[str | None], looked_at: int) -> None:
    series = pl.Series(texts, dtype=pl.String)
    plain = series.str.contains(HIDDEN)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("chengxin.records.intake.signs.LOOKED_AT", looked_at)
        met = met_in(series, lambda part: part.str.contains(HIDDEN))
    assert (met is None) == (not plain.any())
    assert met is None or met.to_list() == plain.to_list()


@given(
    st.lists(
        st.sampled_from(["", "设摊", "血型", "a\x80b", "1" * 17, "1" * 16, "X", "\n", "\\"]),
        max_size=6,
    )
    .map("".join)
    .flatmap(lambda text: st.tuples(st.just(text), st.integers(0, 3000)))
)
def test_a_column_is_clean_exactly_where_nothing_is_met_that_is_looked_for(drawn: tuple[str, int]) -> None:
    text, others = drawn
    frame = pl.DataFrame({"a": [f"说{number}" for number in range(others)] + [text], "b": ["设摊"] * (others + 1)})
    met = any(re.search(pattern, text) for pattern in (HIDDEN_SIGNS, r"\d{17}[\dXx]", "血型"))
    assert clean_columns(frame, ["血型", "(宗教"]) == ({"b"} if met else {"a", "b"})


@pytest.mark.parametrize(
    "text", [*STORIES, "信仰基督教", "a\u200bb", f"身份证 {WANG_WEI.code}", "编号 123456789012345678"]
)
@pytest.mark.parametrize("others", [0, 1500])
def test_what_was_looked_through_at_once_has_the_findings_of_what_was_not(text: str, others: int) -> None:
    case = {"born": BIRTHS[0], "decided": ON, "ended": ON, "final": ON, "kinds": [], "facts": text, "content": "罚款", "basis": BASES[0],
            "fine": None, "procedure": None}  # fmt: skip
    rows = [penalty_row({**case, "facts": f"事由{number}"}) for number in range(others)] + [penalty_row(case)]
    frame = framed(rows)
    fields, checker = FieldChecker(PENALTY, ON), RowChecker(PENALTY, TERMS, ON, AREAS, attested=False)
    clean = clean_columns(frame, checker.phrases)
    made, of_fields = fields.check(frame)
    made_clean, of_fields_clean = fields.check(frame, clean)
    assert_frame_equal(made, made_clean)
    assert_frame_equal(of_fields, of_fields_clean)
    assert_frame_equal(checker.check(made)[1], checker.check(made_clean, clean)[1])
