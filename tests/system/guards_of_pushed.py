"""What keeps leave that is given in the browser, and the addresses that it leads back to; see ``guards``."""

from tests.people import MARKET
from tests.system import checking as c
from tests.system import pushing as p
from tests.system.administering import user
from tests.system.attacks import Attack
from tests.system.guards import APPEND, Clause, Guard, holds, trigger

SYSTEM_ADMIN = "identity_holds_role(NEW.entered_by_id, 'system_admin')"
OWN, BACK, MORE, PERSON = (
    "a request of its own",
    "to an address that was approved",
    "no more is pushed",
    "while it holds, by a person",
)
MINUTE, UNPUSHED = "exchanged within a minute", "what was pushed for them"
REDIRECT, ONCE = "client_redirect", "changed in nothing else"
GUARDS: dict[str, Guard] = dict(
    (
        trigger(p.PUSHED, "pushed_guarded", p.pushes(redirect="https://evil.example/"), BACK),
        trigger(p.PUSHED, "pushed_append_only", p.rewrites(p.PUSHED, "state"), APPEND),
        trigger(p.ANSWER, "pushed_answer_guarded", p.answers_directly(before=p.over()), PERSON),
        trigger(p.ANSWER, "pushed_answer_append_only", p.rewrites(p.ANSWER, "at"), APPEND),
        trigger(p.EXCHANGE, "code_exchange_guarded", p.exchanges_directly(before=p.late()), MINUTE),
        trigger(
            p.EXCHANGE, "code_exchange_stays", lambda stage: not stage.run("owner", f"TRUNCATE {p.EXCHANGE}"), APPEND
        ),
        holds(p.PUSHED, "pushed_with_a_challenge", p.past(p.PUSHED, challenge="plain")),
        holds(p.ANSWER, "pushed_code_of_a_grant", p.past(p.ANSWER, authorisation_id=None)),
        trigger(
            "identity_client_redirect",
            "client_redirect_guarded",
            c.entering_by(REDIRECT, "clerk"),
            "only a system administrator enters",
        ),
        trigger("identity_client_redirect", "client_redirect_stays", c.delete_from("identity_client_redirect"), APPEND),
        holds("identity_client_redirect", "client_redirect_form", c.anew(REDIRECT, address="http://a.example/")),
        holds(
            "identity_client_redirect", "client_redirect_approved_by_another", c.approved_by_whoever_entered(REDIRECT)
        ),
        holds("identity_client_redirect", "client_redirect_approval_whole", c.anew_asleep(REDIRECT, approved_at="now")),
        holds(
            "identity_client_redirect", "client_redirect_withdrawal_whole", c.anew_asleep(REDIRECT, withdrawn_at="now")
        ),
    )
)

CLAUSES: dict[str, Clause] = {
    "redirect: approved": Clause(
        "client_redirect_live",
        "r.approved_at IS NOT NULL AND",
        "",
        c.leads_back("approved_at = NULL, approved_by_id = NULL"),
    ),
    "redirect: not withdrawn": Clause(
        "client_redirect_live",
        "AND r.withdrawn_at IS NULL",
        "",
        c.leads_back("withdrawn_at = now(), withdrawn_by_id = approved_by_id"),
    ),
    "redirect: entered by": Clause(
        "guard_client_redirect",
        f"NOT {SYSTEM_ADMIN}",
        "false",
        c.entering_by(REDIRECT, "security"),
        "only a system administrator enters",
    ),
    "redirect: entered first": Clause(
        "guard_client_redirect",
        "NEW.approved_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL OR NEW.entered_at",
        "NEW.entered_at",
        lambda stage: c.anew(REDIRECT, approved_at="now", approved_by_id=user(stage, "security"))(stage),
        "entered first",
    ),
    "redirect: not entered tomorrow": Clause(
        "guard_client_redirect",
        "OR NEW.entered_at > clock_timestamp()",
        "",
        c.anew(REDIRECT, entered_at=c.TOMORROW),
        "entered first",
    ),
    "redirect: withdrawn once": Clause(
        "guard_client_redirect", "OR OLD.withdrawn_at IS NOT NULL", "", c.twice(REDIRECT, c.WITHDRAW), ONCE
    ),
    "redirect: changed in nothing else": Clause(
        "guard_client_redirect",
        "IF (to_jsonb(NEW) - ARRAY['approved_at', 'approved_by_id', 'withdrawn_at', 'withdrawn_by_id'])\n"
        "       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['approved_at', 'approved_by_id', 'withdrawn_at', 'withdrawn_by_id'])\n       OR",
        "IF",
        c.changes(REDIRECT, "address = 'https://evil.example/'", None),
        ONCE,
    ),
    "redirect: approved by": Clause(
        "guard_client_redirect",
        "NOT identity_holds_role(NEW.approved_by_id, 'security_admin')",
        "false",
        c.approving(REDIRECT, "audit"),
        "only a security administrator approves",
    ),
    "redirect: withdrawn by": Clause(
        "guard_client_redirect",
        "NOT identity_holds_role(NEW.withdrawn_by_id, 'security_admin')",
        "false",
        c.changes(REDIRECT, c.WITHDRAW, "system"),
        "only a security administrator withdraws",
    ),
    "push: by itself": Clause(
        "guard_pushed", "s.name = NEW.client_id AND", "", p.pushes(direct=True, name="clerk"), OWN
    ),
    "push: for its organisation": Clause(
        "guard_pushed",
        "AND o.code = NEW.organisation)",
        ")",
        p.pushes(direct=True, organisation=MARKET, enrolled=False, redirect=c.REDIRECT),
        OWN,
    ),
    "push: by an officer of its own": Clause(
        "guard_pushed",
        "OR split_part(NEW.officer, '/', 1) <> NEW.client_id",
        "",
        p.pushes(direct=True, officer_="x"),
        OWN,
    ),
    "push: to the whole address": Clause(
        "guard_pushed", "AND r.address = NEW.redirect", "", p.pushes(redirect=f"{c.REDIRECT}/x"), BACK
    ),
    "push: what needs leave": Clause(
        "guard_pushed",
        "AND d.needs = 'authorisation'",
        "",
        p.pushes(duty_id="XK-SC-01", enrolled=True, before=p.enrolled_for_a_licence),
        MORE,
    ),
    "push: no other item": Clause("guard_pushed", "AND NEW.items <@ d.items", "", p.pushes(items=["SX-FR"]), MORE),
    "push: kept no longer": Clause(
        "guard_pushed", "AND NEW.keep_days <= coalesce(d.keep_days, 0)", "", p.pushes(keep_days=5), MORE
    ),
    "push: enrolled": Clause(
        "guard_pushed", "OR NOT sharing_enrolled_for(NEW.organisation, NEW.duty_id)", "", p.pushes(enrolled=False), MORE
    ),
    "push: for ten minutes": Clause(
        "guard_pushed", "NEW.expires_at := NEW.at + interval '10 minutes';", "", p.holds_for_longer
    ),
    "pushed: for a person": Clause(
        "pushed_request", "IF identity_person_speaking() IS NULL THEN", "IF false THEN", p.finds_pushed(whose="")
    ),
    "pushed: its client's": Clause("pushed_request", "AND p.client_id = client", "", p.finds_pushed(client="c-x")),
    "pushed: while it holds": Clause(
        "pushed_request", "AND clock_timestamp() < p.expires_at", "", p.finds_pushed(before=p.over())
    ),
    "pushed: undecided": Clause(
        "pushed_request",
        "AND NOT EXISTS (SELECT FROM sharing_pushed_answer a WHERE a.pushed_id = p.id)",
        "",
        p.finds_pushed(number=p.GIVEN),
    ),
    "pushed: while its address stands": Clause(
        "pushed_request",
        "JOIN identity_client_redirect_live r ON r.client_id = p.client_id AND r.address = p.redirect",
        "",
        p.finds_pushed(before=p.withdrawn),
    ),
    "decide: its client's": Clause(
        "decide_pushed", "AND p.client_id = client", "", p.decides(client="c-x", grant=False)
    ),
    "answer: while it holds": Clause(
        "guard_pushed_answer",
        "asked.expires_at <= clock_timestamp() OR",
        "",
        p.answers_directly(before=p.over()),
        PERSON,
    ),
    "answer: by a person": Clause(
        "guard_pushed_answer", "OR identity_person_speaking() IS NULL", "", p.answers_directly(whose=""), PERSON
    ),
    "browser: of oneself": Clause(
        "refuse_unpushed",
        "identity_person_speaking() IS DISTINCT FROM granted.subject_id OR",
        "",
        p.grants_unpushed(whose="limited"),
        UNPUSHED,
    ),
    "browser: while it holds": Clause(
        "refuse_unpushed", "clock_timestamp() < p.expires_at AND", "", p.grants_unpushed(before=p.over()), UNPUSHED
    ),
    "browser: undecided": Clause(
        "refuse_unpushed",
        "AND NOT EXISTS (SELECT FROM sharing_pushed_answer a WHERE a.pushed_id = p.id)",
        "",
        p.grants_unpushed(reference=f"x{p.GIVEN}"),
        UNPUSHED,
    ),
    "browser: as it was pushed": Clause(
        "refuse_unpushed",
        "(p.organisation, p.officer, p.duty_id, p.items,",
        "(p.organisation, p.officer, p.duty_id, granted.items,",
        p.grants_unpushed(items=p.WIDER),
        UNPUSHED,
    ),
    "browser: what was pushed at all": Clause(
        "guard_authorisation", "PERFORM sharing_refuse_unpushed(NEW);", "", p.grants_unpushed(reference="x"), UNPUSHED
    ),
    "exchange: its client's": Clause(
        "exchange_code", "AND p.client_id = (SELECT s.name FROM identity_speaker() s)", "", p.exchanges(name="verifier")
    ),
    "exchange: the same address": Clause(
        "exchange_code", "AND p.redirect = led_to", "", p.exchanges(redirect="https://evil.example/")
    ),
    "exchange: the verifier's challenge": Clause(
        "exchange_code", "AND p.challenge = proved", "", p.exchanges(challenge="d" * 43)
    ),
    "exchange: within a minute": Clause(
        "guard_code_exchange",
        "AND clock_timestamp() < a.at + interval '60 seconds'",
        "",
        p.exchanges_directly(before=p.late()),
        MINUTE,
    ),
    "exchange: of a code": Clause(
        "guard_code_exchange", "AND a.code_digest IS NOT NULL", "", p.exchanges_directly(before=p.codeless), MINUTE
    ),
    "exchange: noted once": Clause(
        "guard_code_exchange", "OLD.reused_at IS NOT NULL OR", "", p.forgets_that_it_was_shown_again, "noted once"
    ),
    "token: ended by its code": Clause(
        "bound_token_stands", "AND x.reused_at IS NULL", "", p.stands_though_shown_again
    ),
    "token: of an exchange": Clause(
        "bound_token_stands",
        "JOIN sharing_code_exchange x ON x.answer_id = a.pushed_id",
        "LEFT JOIN sharing_code_exchange x ON x.answer_id = a.pushed_id",
        p.token_stands(p.GIVEN),
    ),
}
SOUND: dict[str, Attack] = {
    "a-request-pushed": p.pushes(),
    "a-pushed-request-found": p.finds_pushed(),
    "a-pushed-request-granted": p.decides(),
    "a-pushed-request-left": p.decides(grant=False),
    "a-code-exchanged": p.exchanges(),
    "a-bound-token": p.token_stands(p.USED),
    "an-address-approved": c.approving(REDIRECT, "security"),
}
