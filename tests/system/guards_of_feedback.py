"""What keeps what the public says at the site: object by object and clause by clause; see ``guards``."""

from tests.people import MARKET
from tests.system import saying as s
from tests.system.attacks import Attack
from tests.system.guards import APPEND, HASH, Clause, Guard, check, holds, policy, row_security, trigger

IN_TERM = "is due within its term"
ONCE, AT_CENTRE = "is answered once and changed in nothing else", "is answered at the credit centre"
TODAY = "(transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date"
ERASE = "erase_on <= " + TODAY
GUARDS: dict[str, Guard] = dict((
    trigger(s.TABLE, "feedback_guarded", s.rewrite, ONCE),
    trigger(s.TABLE, "feedback_stays", s.truncate, APPEND),
    policy(s.TABLE, "centre_feedback", s.sees()),
    policy(s.TABLE, "feedback_due", s.eraser_sees(0)),
    policy(s.TABLE, "feedback_erased", s.eraser_erases(0)),
    row_security(s.TABLE, s.sees("")),
    check(s.TABLE, "feedback_digest_whole", id=9901, digest="\\xab"),
    check(s.TABLE, "feedback_says_something", id=9901, digest=HASH, words=""),
    check(s.TABLE, "feedback_answered_wholly", id=9901, digest=HASH, answer="x"),
    check(s.TABLE, "feedback_shown_as_wished", id=9901, digest=HASH, agreed_at="2026-01-01"),
    holds(s.TABLE, "feedback_shown_by_two", s.shown_by_one),
))  # fmt: skip

CLAUSES: dict[str, Clause] = {
    "feedback: in measure": Clause("give_feedback", "f.given_at > clock_timestamp() - interval '1 hour'", "false", s.gives_once_too_often),
    "feedback: no identity code": Clause("give_feedback", "IF education_holds_number(said) THEN", "IF false THEN",
                                         s.gives("我是 149999199001011234，请回复")),
    "feedback: no telephone": Clause("give_feedback", "IF education_holds_number(said) THEN", "IF false THEN",
                                     s.gives("打１３８００００００００给我")),
    "feedback: due after today": Clause("give_feedback", "due <= today OR", "", s.gives(due=0), IN_TERM),
    "feedback: due in its term": Clause("give_feedback", "OR due > today + 4 * longest + 10", "", s.gives(late=True), IN_TERM),
    "feedback: found by its number alone": Clause("find_feedback", "f.digest = mark AND", "", s.finds(bytes(32))),
    "feedback: found until its time is over": Clause("find_feedback", f"AND {TODAY} < f.erase_on", "", s.finds(gone=True)),
    "feedback: read when a second officer agreed": Clause("public_feedback", "f.agreed_at IS NOT NULL AND", "",
                                                          s.read_by_everybody(agreed=False)),
    "feedback: read until its time is over": Clause("public_feedback", f"AND {TODAY} < f.erase_on", "", s.read_by_everybody(gone=True)),
    "feedback: answered once": Clause("guard_feedback", "OLD.answered_at IS NOT NULL\n           AND", "false AND",
                                      s.shows(answer="别的话"), ONCE),
    "feedback: shown once": Clause("guard_feedback", "OR OLD.agreed_at IS NOT NULL", "", s.shows(twice=True), ONCE),
    "feedback: answered at the centre": Clause("guard_feedback", "WHERE s.kind = 'centre'", "WHERE true",
                                               s.answers(code=MARKET, login="clerk", role="owner"), AT_CENTRE),
    "feedback: not shown by who answers": Clause("guard_feedback", "IF NEW.agreed_at IS NOT NULL THEN", "IF false THEN",
                                                 s.answers(agreed_by_id="colleague", agreed_at="2026-01-01"), "was answered before"),
    "feedback: no number in an answer": Clause("guard_feedback", "IF education_holds_number(NEW.answer) THEN", "IF false THEN",
                                               s.answers(answer="请打 0351-1234567"), "holds no number"),
    "feedback: two persons": Clause("guard_feedback", "PERFORM identity_refuse_one_person(OLD.answered_by_id, NEW.agreed_by_id);", "",
                                    s.shows(one_person=True), "two signatures are of two persons"),
    "feedback: dated by the database": Clause("guard_feedback", "NEW.answered_at := clock_timestamp();", "", s.dated_by_the_sender),
    "feedback: the centre's queue": Clause("feedback_rows", "(SELECT identity_centre_speaks()) AND", "", s.sees(MARKET, "clerk")),
    "feedback: queued until its time is over": Clause("feedback_rows", f"AND {TODAY} < erase_on", "", s.sees(gone=True)),
    "feedback: none to come is erased": Clause(
        "eraser_reaches_feedback_that_is_due", f"FOR DELETE TO {{eraser}}\n    USING ({ERASE})", "FOR DELETE TO {eraser}\n    USING (true)",
        s.eraser_erases(1)),
    "feedback: none to come is seen": Clause(
        "eraser_reaches_feedback_that_is_due", f"FOR SELECT TO {{eraser}}\n    USING ({ERASE})", "FOR SELECT TO {eraser}\n    USING (true)",
        s.eraser_sees(1)),
}  # fmt: skip
SOUND: dict[str, Attack] = {
    "something-said": s.gives(),
    "something-said-with-numbers-of-a-document": s.gives("晋市监许〔2026〕12号写错了，2026-11-27 的 1380000 元不对"),
    "an-answer-found": s.finds(),
    "an-answer": s.answers(),
    "an-answer-a-colleague-shows": s.shows(),
    "what-everybody-reads": s.read_by_everybody(),
}
