"""Attacks on what persons see of themselves, and on what they ask: each by somebody whose it isn't."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.people import CENTRE, MARKET
from tests.system.attacks import DAY, Attack
from tests.system.organising import DELEGATION
from tests.system.speaking import claim, sealed, speak
from tests.system.stage import SHOWN, Stage, entry, version
from tests.system.transferring import asleep

PERSON = "person".ljust(18, "-")
QUESTION, ASKED, UNASKED, NUMBER = 9901, UUID(int=501), UUID(int=502), "CX20260101OWN0000001"
DIGEST = bytes([5] * 32)
LAST = (1 << 63) - 1
FILE, HISTORY = (
    f"SELECT FROM records_own_file(NULL) WHERE record_id = {SHOWN}",
    f"SELECT FROM records_own_history({SHOWN})",
)
ENTRIES = f"SELECT FROM sharing_own_entries(NULL, NULL, NULL, '', '', '', '', true, 1000) WHERE entry_id = '{ASKED}'"
DELEGATIONS = f"SELECT FROM identity_own_delegations() WHERE id = {DELEGATION}"
QUESTIONS = f"SELECT FROM sharing_own_questions(NULL, {LAST}, 10)"
REPORTS, CHOICES = "SELECT FROM sharing_own_reports(10)", "SELECT FROM sharing_own_entry_choices()"
TO_US = f"SELECT FROM sharing_questions_to(false, 10) WHERE id = {QUESTION}"


def furnish(stage: Stage) -> None:
    """Give Wang two entries, a question about the first to the credit centre, a report of their own that was withdrawn; a demo's person."""
    facts = stage.facts
    for number in (ASKED, UNASKED):
        stage.insert("owner", "ground_access_entry", entry(facts, entry_id=number))
    stage.insert("owner", "sharing_question", question(stage))
    asleep(stage, "sharing_report", "report_about_oneself", "INSERT INTO sharing_report (subject_id, number, entry_id, issued_at, kind, "
           "check_digest) VALUES (%s, %s, %s, now(), 'own', %s)", facts.wang, NUMBER, ASKED, DIGEST)  # fmt: skip
    stage.insert("owner", "sharing_report_withdrawal", {"number": "CX0", "withdrawn_at": facts.at})
    asleep(stage, "identity_demo_person", "demo_person_guarded", "INSERT INTO identity_demo_person (subject_id, label) VALUES (%s, 'x')",
           facts.wang)  # fmt: skip


def question(stage: Stage, **changes: Any) -> dict[str, Any]:
    row = {"id": QUESTION, "subject_id": stage.facts.wang, "entry_id": ASKED, "organisation": CENTRE, "asked_at": stage.facts.at,
           "words": "为什么查我", "due_on": stage.facts.today + 20 * DAY, "due_estimated": False, "answered_by": "", "answer": "",
           }  # fmt: skip
    return {**row, **changes}


def account(stage: Stage, subject: int) -> str:
    """Give the login of a person's account."""
    stage.run("owner", "SELECT identity_settle_person(%s)", subject)
    ((login,),) = stage.run("owner", "SELECT login FROM identity_user WHERE subject_id = %s", subject)
    return str(login)


def speak_oneself(stage: Stage, subject: int) -> None:
    login = account(stage, subject)
    claim(stage, sealed(stage, PERSON + login))


def finds(query: str, whose: str = "young") -> Attack:
    """Find something of Wang's while speaking for another."""

    def attack(stage: Stage) -> bool:
        speak_oneself(stage, getattr(stage.facts, whose))
        return bool(stage.run("app", query))

    return attack


def finds_own(query: str, change: str, *, past: str = "") -> Attack:
    """Find something of Wang's while speaking for Wang, after a change of the account or the person, ``past`` a guard of the person."""

    def attack(stage: Stage) -> bool:
        speak_oneself(stage, stage.facts.wang)
        if past:
            asleep(stage, "identity_person", past, change, stage.facts.wang)
        else:
            stage.run("owner", change, stage.facts.wang)
        return bool(stage.run("app", query))

    return attack


def claim_without_seal(stage: Stage) -> bool:
    claim(stage, "0" * 64 + PERSON + account(stage, stage.facts.wang))
    return bool(stage.run("app", FILE))


def claim_for_an_organisation(stage: Stage) -> bool:
    """Speak for an organisation under a person's login: the claim is sealed, and no person's."""
    speak(stage, MARKET, account(stage, stage.facts.wang))
    return bool(stage.run("app", FILE))


def what_moved_away(query: str) -> Attack:
    """Find a record that moved to somebody else among one's own."""

    def attack(stage: Stage) -> bool:
        facts = stage.facts
        row = version(facts, subject_id=facts.young, record_id=SHOWN, state="moved", version=2, commitment=None)
        first = version(facts, subject_id=facts.young, record_id=SHOWN)
        stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("records_version", "records_payload"):
            stage.run("owner", f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for one in (first, row):
            stage.insert("owner", "records_version", one)
        stage.insert("owner", "records_payload", {"subject_id": facts.young, "record_id": SHOWN, "version": 1, "salt": bytes(16),
                     "layout_id": 1, "body": "[]"})  # fmt: skip
        speak_oneself(stage, facts.young)
        return bool(stage.run("app", query))

    return attack


def enter_about_another(stage: Stage) -> bool:
    speak_oneself(stage, stage.facts.young)
    stage.insert("app", "ground_access_entry", entry(stage.facts, channel="person", officer="~"))
    return True


def be_answered_by_nobody(stage: Stage) -> bool:
    """Enter an answer to nobody at all as if it were a person's own reading."""
    stage.insert("app", "ground_access_entry", entry(stage.facts, channel="person", organisation="本人", officer="~"))
    return True


def report_about_another(stage: Stage) -> bool:
    speak_oneself(stage, stage.facts.young)
    row = {"subject_id": stage.facts.wang, "number": "CX2", "entry_id": ASKED, "issued_at": stage.facts.at, "kind": "own",
           "check_digest": DIGEST}  # fmt: skip
    stage.insert("app", "sharing_report", row)
    return True


def asks(*, mine: bool = True, number: UUID = UNASKED, days: int = 20) -> Attack:
    def attack(stage: Stage) -> bool:
        speak_oneself(stage, stage.facts.wang if mine else stage.facts.young)
        due = stage.facts.today + timedelta(days=days)
        return stage.run("app", "SELECT sharing_ask(%s, 'x', %s, false)", number, due) != [(None,)]

    return attack


def ask_about_ones_own_reading(stage: Stage) -> bool:
    own = entry(stage.facts, entry_id=UUID(int=503), channel="person")
    speak_oneself(stage, stage.facts.wang)
    stage.insert("owner", "ground_access_entry", own)
    return asks(number=own["entry_id"])(stage)


def answers(code: str, login: str) -> Attack:
    def attack(stage: Stage) -> bool:
        speak(stage, code, login)
        return stage.run("app", "SELECT sharing_answer_question(%s, 'x')", QUESTION) not in ([(None,)], [(0,)])

    return attack


def sees_questions_to_another(stage: Stage) -> bool:
    speak(stage, MARKET, "clerk")
    return bool(stage.run("app", TO_US))


def rewrites(change: str, first: str = "") -> Attack:
    def attack(stage: Stage) -> bool:
        for query in filter(None, (first, change)):
            stage.run("owner", f"UPDATE sharing_question SET {query} WHERE id = {QUESTION}")
        return True

    return attack


ANSWERED = "answered_at = now(), answered_by = 'x', answer = 'y'"


def see_anothers_answers(stage: Stage) -> bool:
    rewrites(ANSWERED)(stage)
    speak_oneself(stage, stage.facts.young)
    return stage.run("app", "SELECT sharing_see_answers()") != [(0,)]


def see_anothers_messages(stage: Stage) -> bool:
    """See what the register told Wang, speaking for another, for an organisation and for nobody."""
    told = {"subject_id": stage.facts.wang, "at": datetime.now(UTC), "kind": "attached", "reference": "x"}
    stage.insert("owner", "ground_message", told)
    query = "SELECT at, kind FROM sharing_own_messages(100)"
    seen = stage.run("app", query)
    speak(stage, MARKET, "clerk")
    seen += stage.run("app", query)
    speak_oneself(stage, stage.facts.young)
    return bool(seen + stage.run("app", query))


def withdraw_anothers_report(stage: Stage) -> bool:
    speak_oneself(stage, stage.facts.young)
    return stage.run("app", "SELECT sharing_withdraw_report(%s)", NUMBER) == [(True,)]


def check_without_the_code(stage: Stage) -> bool:
    return bool(stage.run("public", "SELECT FROM sharing_check_report(%s, %s)", NUMBER, bytes(32)))


def ends_delegation(change: str, *, whose: str = "limited", guardian: bool = False) -> Attack:
    """End a delegation of Wang's as the application, by a statement of one's own."""

    def attack(stage: Stage) -> bool:
        if guardian:
            asleep(stage, "identity_delegation", "delegation_change_guarded",
                   "UPDATE identity_delegation SET kind = 'guardian' WHERE id = %s", DELEGATION)  # fmt: skip
        speak_oneself(stage, getattr(stage.facts, whose))
        stage.run("app", f"UPDATE identity_delegation SET {change} WHERE id = {DELEGATION}")
        return True

    return attack


def end_at_ones_word(stage: Stage) -> bool:
    speak_oneself(stage, stage.facts.wang)
    return stage.run("app", "SELECT identity_end_own_delegation(%s, 'x')", DELEGATION) == [(True,)]


def show_outside_a_demo(stage: Stage) -> bool:
    stage.run("owner", "UPDATE identity_house SET demo = false")
    return bool(stage.run("app", "SELECT FROM identity_demo_persons()"))


def choose_outside_a_demo(stage: Stage) -> bool:
    stage.run("owner", "UPDATE identity_house SET demo = false")
    stage.insert("owner", "identity_demo_person", {"subject_id": stage.facts.young, "label": "x"})
    return True


finds_erased = finds("SELECT FROM records_own_erased()")


def tells_of_another(stage: Stage) -> bool:
    """Be told more events than are one's own."""
    ((own,),) = stage.run(
        "owner", "SELECT count(*) FROM identity_population_event WHERE subject_id = %s", stage.facts.young
    )
    speak_oneself(stage, stage.facts.young)
    return len(stage.run("app", "SELECT FROM identity_own_told(1000)")) > int(own)
