"""What guards the public site, object by object and clause by clause; see ``guards``."""

from tests.system import entering as e
from tests.system import siting as s
from tests.system.attacks import Attack
from tests.system.guards import Clause, Guard, check, policy, trigger

ANOTHER, APART = "by another officer than its writer", "an account of the public site is for that alone"
OF_EDITORS = "(SELECT user_id FROM identity_site_editor)"
FACES = "or at another face than theirs"
GUARDS: dict[str, Guard] = dict((
    policy("identity_user", "user_of_editing", e.sees_user("editor", "editor")),
    *(policy(table, f"{kind}_of_editing", e.sees_factor(kind, "editor", "editor")) for kind, table in e.TABLES.items()),
    policy("identity_session", "session_of_editing", e.sees_session("editor", "editing")),
    trigger("wagtailcore_page", "pages_published_by_another", s.publishes(by=""), ANOTHER),
    trigger("wagtailcore_page", "pages_not_born_published", s.is_born_published, ANOTHER),
    check("pages_sectionpage", "section_holds_known", page_ptr_id=1, holds="gossip"),
    check("pages_policypage", "policy_days_ordered", page_ptr_id=1, ended_on="1949-01-01"),
))  # fmt: skip

LIVE = f"UPDATE wagtailcore_page SET {{}} WHERE id = {s.NEWS}"
CLAUSES: dict[str, Clause] = {
    "grant: an account of the site is for that alone": Clause(
        "guard_grant", "(g.role LIKE 'site\\_%') <> (NEW.role LIKE 'site\\_%')", "false", s.grants_beside("site_editor", "clerk"), APART),
    "grant: nor has it another role later": Clause(
        "guard_grant", "(g.role LIKE 'site\\_%') <> (NEW.role LIKE 'site\\_%')", "false", s.grants_beside("clerk", "editor"), APART),
    "user: editors' passwords": Clause("user_changes_password", f"id NOT IN {OF_EDITORS}", "true", e.changes_password("editor")),
    **{f"{kind}: not an editor's at the desk": Clause(f"{kind}_of_the_desk", f"user_id NOT IN {OF_EDITORS}", "true",
                                                      e.sees_factor(kind, "app", "editor")) for kind in e.TABLES},
    **{f"{kind}: nobody else's at the editors' face": Clause(f"{kind}_of_editing", f"user_id IN {OF_EDITORS}", "true",
                                                             e.sees_factor(kind, "editor", "clerk")) for kind in e.TABLES},
    "user: nobody else's at the editors' face": Clause("user_of_editing", f"id IN {OF_EDITORS}", "true", e.sees_user("editor", "clerk")),
    "session: the editors' own": Clause("session_of_editing", "face = 'editing'", "true", e.sees_session("editor", "desk")),
    "session: an editor at theirs": Clause(
        "guard_session", "AND (NEW.face = 'editing') = EXISTS (SELECT FROM identity_site_editor e WHERE e.user_id = u.id)", "",
        e.sessions("editor", face="desk"), FACES),
    "publishing: approved": Clause("approved", "AND t.status = 'approved'", "", s.publishes(status="rejected"), ANOTHER),
    "publishing: this page's": Clause("approved", "AND r.object_id = page::text", "", s.publishes(of_page=s.CASE), ANOTHER),
    "publishing: not by its writer": Clause("approved", "OR w.user_id = t.finished_by_id", "",
                                            s.publishes(writers=("publisher", "editor"), undeclared=True), ANOTHER),
    "publishing: not by a writer's other account": Clause("approved", "OR identity_one_person(w.user_id, t.finished_by_id)", "",
                                                          s.publishes(one_person=True), ANOTHER),
    "publishing: known writers": Clause("approved", "w.user_id IS NULL OR", "", s.publishes(writers=(None,)), ANOTHER),
    "public page: live": Clause("public_page", "p.live AND", "", s.sees_page(LIVE.format("live = false"))),
    "public page: not expired": Clause("public_page", "NOT p.expired AND", "", s.sees_page(LIVE.format("expired = true"))),
    "public page: not past its day": Clause("public_page", "(p.expire_at IS NULL OR now() < p.expire_at)", "true",
                                            s.sees_page(LIVE.format("expire_at = now()"))),
    "public page: not closed above": Clause("public_page", "starts_with(p.path, a.path))", "false)", s.sees_page(s.CLOSED)),
    "public page: of the site": Clause("public_page", "AND starts_with(p.path, h.path)", "",
                                       s.sees_page(LIVE.format("path = '00020001'"))),
    "public page: a case that leads to nobody": Clause("public_page", "AND n.nobody_recognised", "",
                                                       s.sees_page("UPDATE pages_casepage SET nobody_recognised = false", s.CASE)),
    "public picture: of a page": Clause("public_picture", "WHERE b ->> 'type' = 'picture'", "", s.sees_picture(kind="link")),
    "public picture: this one": Clause("public_picture", "r.image_id::text = b -> 'value' ->> 'image'", "true", s.sees_picture(block=1)),
    "public picture: as it is shown": Clause("public_picture", "AND r.filter_spec = 'max-1200x1200'", "", s.sees_picture(spec="original")),
    "public redirect: to what is published": Clause("public_redirect", "WHERE p.id IS NOT NULL OR r.redirect_link <> ''", "",
                                                    s.moved(LIVE.format("live = false"))),
}  # fmt: skip
SOUND: dict[str, Attack] = {
    "a-page-another-approved": s.publishes(),
    "a-page-of-several-writers": s.publishes(writers=("editor", "editor")),
    "a-picture-in-a-page": s.sees_picture(),
    "a-page-that-moved": s.moved("SELECT"),
}
