"""Every page there is, with the role that opens it: one list, which the walk of all pages and ``make screenshots`` go through.

A page whose address names something leads there by its list: ``press`` is the link to follow from it. Pages of things that the demo
province has none of are examined where a test makes such a thing (``MADE``); what isn't a page stands in ``FILES``.
"""

from dataclasses import dataclass

from tests.conftest import Running
from tests.portal.browser import Reader
from tests.portal.test_browser_delegations import able_persons

CLERK, CENTRE, LICENSING, REVIEWER = "演示·信源单位经办人", "演示·信用中心查询员", "演示·许可审查员", "演示·查询审查员"
VERIFIER, SYSTEM, SECURITY, AUDIT = "演示·实名核验员", "system", "security", "audit"
EDITOR, PUBLISHER = "editor", "publisher"
PERSON = "person"  # through the real-name platform
PASSWORD = "demo-only-149999"


@dataclass(frozen=True, slots=True)
class Screen:
    """One page: the name of its address, where to go, as whom (nobody where it is open), and which link to follow from there.

    ``state`` tells pages apart that have one name; ``apart`` says that the content system laid the page out, not we.
    """

    name: str
    path: str
    who: str = ""
    press: str = ""
    plots: bool = False
    state: str = ""
    apart: bool = False


BATCH, ORGANISATION = "main h2 a[href^='/desk/batches/']", "main a[href^='/organisations/1']"
PUBLIC = (
    Screen("public:start", "/"),
    Screen("public:catalogue", "/catalogue/"),
    Screen("public:catalogue", "/catalogue/?item_class=03&word=%E8%AE%B8%E5%8F%AF", state="narrowed"),
    Screen("public:publication", "/catalogue/publication/"),
    Screen("public:feedback", "/feedback/"),
    Screen("public:feedback-answer", "/feedback/answer/"),
    Screen("public:item", "/catalogue/CF-ZRR/"),
    Screen("public:editions", "/catalogue/editions/"),
    Screen("public:edition", "/catalogue/editions/SX-2026.1/"),
    Screen("public:compare", "/catalogue/compare/?before=SX-2026.1&after=SX-2026.1"),
    Screen("public:consultations", "/catalogue/consultations/"),
    Screen("public:organisations", "/organisations/"),
    Screen("public:who-may-ask", "/who-may-ask/"),
    Screen("public:statistics", "/statistics/", plots=True),
    Screen("public:permissions", "/permissions/"),
    Screen("public:state", "/status/"),
    Screen("public:checkpoints", "/checkpoints/"),
    Screen("public:error-codes", "/errors/"),
    Screen("public:error-code", "/errors/rate-exceeded/"),
    Screen("public:check-receipt", "/receipts/"),
    Screen("public:check-report", "/reports/"),
    Screen("public:page", "/guide/", state="guides"),
    Screen("public:page", "/guide/what-is-held/", state="guide"),
    Screen("public:page", "/guide/ask-for-repair/", state="guide-steps"),
    Screen("public:page", "/policy/", state="policies"),
    Screen("public:page", "/policy/credit-repair-measures-2026/", state="policy"),
    Screen("public:page", "/news/", state="news"),
    Screen("public:page", "/news/site-opened/", state="news-item"),
    Screen("public:page", "/cases/", state="cases"),
    Screen("public:page", "/cases/same-name/", state="case"),
    Screen("public:page", "/nowhere/", state="not-found"),
    Screen("public:search", "/search/"),
    Screen("public:style", "/style/", plots=True),
    Screen("offline", "/offline/"),
)
DESK = (
    Screen("portal:start", "/"),
    Screen("account_login", "/login/"),
    Screen("account_security", "/account/security/", CLERK),
    Screen("portal:desk", "/desk/", CENTRE),
    Screen("portal:registers", "/desk/registers/", CENTRE),
    Screen("portal:register", "/desk/registers/cases/", CENTRE),
    Screen("portal:flow", "/desk/flow/", CENTRE, plots=True),
    Screen("portal:batches", "/desk/batches/", CLERK),
    Screen("portal:upload", "/desk/batches/new/", CLERK),
    Screen("portal:batch", "/desk/batches/", CLERK, BATCH),
    Screen("portal:months", "/desk/months/", CLERK),
    Screen("portal:days", "/desk/days/", CLERK),
    Screen("portal:column-items", "/desk/columns/", CLERK),
    Screen("portal:columns", "/desk/columns/", CLERK, "main a[href^='/desk/columns/']"),
    Screen("portal:acts", "/desk/acts/", CLERK),
    Screen("portal:waivers", "/desk/waivers/", CLERK),
    Screen("portal:undoings", "/desk/undoings/", CLERK),
    Screen("portal:drafts", "/desk/catalogue/", CLERK),
    Screen("portal:cases", "/desk/adjudication/", CENTRE),
    Screen("portal:case", "/desk/adjudication/", CENTRE, "main a[href^='/desk/adjudication/']"),
    Screen("portal:recalls", "/desk/recalls/", CENTRE),
    Screen("portal:webhooks", "/desk/webhooks/", CENTRE),
    Screen("portal:access-questions", "/desk/access-questions/", CENTRE),
    Screen("portal:feedback", "/desk/feedback/", CENTRE),
    Screen("portal:proof", "/desk/proof/", CENTRE),
    Screen("portal:backtests", "/desk/backtests/", CENTRE),
    Screen("portal:backtest-new", "/desk/backtests/new/", CENTRE),
    Screen("portal:coverage", "/desk/coverage/", CENTRE),
    Screen("portal:occupations", "/desk/occupations/", CENTRE),
    Screen("portal:occupation", "/desk/occupations/", CENTRE, "main a[href^='/desk/occupations/']"),
    Screen("portal:persons", "/desk/persons/", CENTRE),
    Screen("portal:persons-merge", "/desk/persons/merge/", CENTRE),
    Screen("portal:persons-split", "/desk/persons/split/", CENTRE),
    Screen("portal:delegations", "/desk/delegations/", CENTRE),
    Screen("portal:window", "/desk/window/", CENTRE),
    Screen("portal:window-relatives", "/desk/window/relatives/", CENTRE),
    Screen("portal:scans", "/desk/scans/", CENTRE),
    Screen("portal:laws", "/desk/laws/", CENTRE),
    Screen("portal:purposes", "/desk/lookup/", LICENSING),
    Screen("portal:lookup", "/desk/lookup/XK-SC-01/", LICENSING),
    Screen("portal:enrolments", "/desk/enrolments/", LICENSING),
    Screen("portal:enrolment-new", "/desk/enrolments/new/RC-JG-02/", LICENSING),
    Screen("portal:enrolment", "/desk/enrolments/", LICENSING, "main h3 a[href^='/desk/enrolments/']"),
    Screen("portal:asked-for", "/desk/authorisations/", LICENSING),
    Screen("portal:call-backs", "/desk/call-backs/", LICENSING),
    Screen("portal:leave-papers", "/desk/leave-papers/", CENTRE),
    Screen("portal:verification", "/desk/verification/", VERIFIER),
    Screen("portal:inquiries", "/desk/review/", REVIEWER),
    Screen("portal:use-report", "/desk/review/report/", REVIEWER),
    Screen("portal:suspensions", "/desk/suspensions/", REVIEWER),
    Screen("portal:erasures", "/desk/erasures/", LICENSING),
    Screen("portal:explanations", "/desk/explanations/", LICENSING),
    Screen("person-home", "/me/", PERSON),
    Screen("person-authorisations", "/me/authorisations/", PERSON),
    Screen("person-links", "/me/shares/", PERSON),
    Screen("person-entries", "/me/entries/", PERSON),
    Screen("person-messages", "/me/messages/", PERSON),
    Screen("person-file", "/me/file/", PERSON),
    Screen("person-questions", "/me/questions/", PERSON),
    Screen("person-details", "/me/details/", PERSON),
    Screen("person-delegations", "/me/delegations/", PERSON),
    Screen("person-scans", "/me/scans/", PERSON),
    Screen("person-reports", "/me/reports/", PERSON),
    Screen("person-certificate", "/me/reports/special/", PERSON),
)
ADMINISTRATION = (
    Screen("account_login", "/login/"),
    Screen("account_security", "/account/security/", SYSTEM),
    Screen("administration:officers", "/officers/", SYSTEM),
    Screen("administration:officer", "/officers/clerk/", SYSTEM),
    Screen("administration:enter", "/officers/new/", SYSTEM),
    Screen("administration:organisations", "/organisations/", SYSTEM),
    Screen("administration:organisation", "/organisations/", SYSTEM, ORGANISATION),
    Screen("administration:enter-organisation", "/organisations/new/", SYSTEM),
    Screen("administration:load-organisations", "/organisations/list/", SYSTEM),
    Screen("administration:clients", "/systems/", SYSTEM),
    Screen("administration:client", "/systems/", SYSTEM, "main a[href^='/systems/c-']"),
    Screen("administration:enter-client", "/systems/new/", SYSTEM),
    Screen("administration:purposes", "/purposes/", SYSTEM),
    Screen("administration:purpose", "/purposes/", SYSTEM, "main a[href^='/purposes/SM-']"),
    Screen("administration:register-purpose", "/purposes/new/", SYSTEM),
    Screen("administration:grant", "/officers/clerk/grant/", SECURITY),
    Screen("administration:restorations", "/restores/", SYSTEM),
    Screen("administration:enter-restoration", "/restores/new/", SYSTEM),
    Screen("administration:log", "/log/", AUDIT),
    Screen("system", "/system/", SYSTEM),
)
# Our own pages at the editors' face, and the content system's: every entry of its menu (a test compares), and forms that editors fill in.
EDITING = (
    Screen("account_login", "/login/"),
    Screen("account_security", "/account/security/", EDITOR),
    Screen("wagtailadmin_home", "/edit/", EDITOR, apart=True),
    Screen("wagtailadmin_explore", "/edit/pages/3/", EDITOR, apart=True),
    Screen("wagtailadmin_pages:edit", "/edit/pages/16/edit/", EDITOR, apart=True),
    Screen("wagtailadmin_pages:add", "/edit/pages/add/pages/newspage/18/", EDITOR, apart=True),
    Screen("wagtailadmin_pages:search", "/edit/pages/search/?q=%E4%BF%A1%E7%94%A8", EDITOR, apart=True),
    Screen("wagtailimages:index", "/edit/images/", EDITOR, apart=True),
    Screen("wagtailimages:add", "/edit/images/add/", EDITOR, apart=True),
    Screen("wagtailadmin_account", "/edit/account/", EDITOR, apart=True),
    Screen("wagtailadmin_reports:aging_pages", "/edit/reports/aging-pages/", EDITOR, apart=True),
    Screen("wagtailadmin_reports:page_types_usage", "/edit/reports/page-types-usage/", EDITOR, apart=True),
    Screen("wagtailadmin_reports:site_history", "/edit/reports/site-history/", EDITOR, apart=True),
    Screen("wagtailadmin_reports:workflow", "/edit/reports/workflow/", EDITOR, apart=True),
    Screen("wagtailadmin_reports:workflow_tasks", "/edit/reports/workflow_tasks/", EDITOR, apart=True),
    Screen("wagtailadmin_home", "/edit/", PUBLISHER, state="publisher", apart=True),
    Screen("wagtailadmin_reports:locked_pages", "/edit/reports/locked/", PUBLISHER, apart=True),
    Screen("wagtailredirects:index", "/edit/redirects/", PUBLISHER, apart=True),
    Screen("wagtailredirects:add", "/edit/redirects/add/", PUBLISHER, apart=True),
)
# What the content system's own pages do not keep to: rule of axe, what stands in the mark-up it complains of, and why we leave it.
OF_WAGTAIL = {
    ("label", "ui-autocomplete-input"): "the field for tags is jQuery UI's: its input has no name of its own, the word stands above it",
    ("label", 'id="body-'): "a block of a page's body: its word stands above it, which the content system ties to it by sight alone",
    ("target-size", "w-minimap-toggle"): "folds the outline beside a long form; its headings are links of full size as well",
    ("link-in-text-block", "/edit/images/multiple/add/"): "in the dark, the link in the sentence that stands where there is no picture yet",
    ("color-contrast", "w-minimap__collapse-all"): "in the dark, the button that folds the outline, in the content system's own colours",
    ("link-in-text-block", "/edit/redirects/add/"): "the same where there is no redirect yet",
    ("color-contrast", "w-flex w-justify-start w-items-center"): "in the dark, the place of a path that is still empty on a new page",
}  # fmt: skip
# Pages of things that a test makes first, and which module examines them, on a telephone and at a desk.
MADE = {
    "test_browser_login": ("mfa_authenticate", "account_prove", "account_declare", "account_password", "account_totp",
                           "account_passkey", "account_codes"),
    "test_browser_person": ("person-record", "person-ask"),
    "test_browser_persons": ("portal:person-transfer", "portal:person-again"),
    "test_browser": ("portal:findings",),
    "test_browser_questions": ("portal:questions", "portal:waiver"),
    "test_browser_clerks": ("portal:undo", "portal:undoing"),
    "test_browser_delegations": ("portal:delegation",),
    "test_browser_window": ("portal:visit", "portal:visit-certificate", "portal:visit-confirm"),
    "test_browser_scans": ("portal:scan",),
    "test_browser_review": ("portal:inquiry", "portal:explanation", "portal:suspension"),
    "test_browser_leave": ("portal:ask-leave", "person-authorisation", "portal:visit-leave", "portal:visit-leave-enter"),
    "test_browser_links": ("person-link-new", "person-link", "shared"),
    "test_browser_authorise": ("authorise", "administration:enter-redirect", "administration:approve-redirect",
                               "administration:withdraw-redirect"),
    "test_browser_backtests": ("portal:backtest",),
    "test_browser_catalogue": ("public:consultation", "portal:draft", "portal:draft-item", "portal:draft-field",
                               "portal:draft-bases"),
    "test_browser_administration": (
        "administration:withdraw", "administration:reopen", "administration:leave", "administration:unlock",
        "administration:new-password", "administration:take-off-factors", "administration:change-organisation",
        "administration:end-organisation", "administration:enter-licence", "administration:end-licence",
        "administration:enter-key", "administration:limit-client", "administration:suspend-client", "administration:approve-key",
        "administration:withdraw-key", "administration:approve-purpose", "administration:withdraw-purpose",
        "administration:approve-restoration", "administration:withdraw-restoration",
    ),
}  # fmt: skip
# What is no page: files, parts of pages, answers for programs, and addresses that lead on.
FILES = {
    "healthz", "manifest", "worker", "oauth-metadata", "account_home", "start", "person-login", "person-callback",
    "public:edition-json", "public:edition-csv", "public:statistics-file", "public:picture",
    "public:who-may-ask-csv", "public:who-may-ask-json", "public:sitemap", "public:robots",
    "portal:register-file", "portal:use-report-csv", "portal:use-report-json", "portal:template", "portal:part", "portal:follow",
    "public:revocations",
    "public:revocation-page", "public:revocation-keys",
    "public:checkpoint-index", "public:checkpoint-keys", "public:checkpoint-file",
    "public:error-codes-json", "public:state-json",
    "portal:progress", "portal:numbers", "portal:receipt", "portal:returns", "portal:backtest-progress",
    "portal:day-json", "portal:day-pdf", "person-entries-csv", "person-entries-json", "portal:draft-table", "administration:log-file",
}  # fmt: skip
SCREENS = {"public": PUBLIC, "desk": DESK, "administration": ADMINISTRATION, "editing": EDITING}


def url_of(installation: Running, face: str) -> str:
    return str(installation.url if face == "public" else getattr(installation, face))


def enter(one: Reader, installation: Running, face: str, who: str) -> None:
    """Be whom a page is for; the session stays for the pages after."""
    if who in {"", PERSON}:
        one.page.context.clear_cookies()
    if who == PERSON:
        installation.platform.vouches_for(*able_persons(installation, 5)[-1])
        one.go("/")
        one.follow("本人登录")
        one.heading("本人")
    elif not who:
        return
    elif face in {"administration", "editing"}:
        one.administer(who, PASSWORD)
    else:
        one.become(who)


def open_screen(one: Reader, screen: Screen) -> None:
    """Go to a page as whoever is logged in, giving the proof that some ask for."""
    one.open_proved(screen.path)
    if screen.press:
        one.page.locator(screen.press).first.click()
        one.page.wait_for_load_state()
