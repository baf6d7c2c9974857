"""What stands in the navigation of each face: one table, of which everybody is shown what they may do and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from chengxin.portal.languages import at, in_english

ANY: tuple[str, ...] = ()
CENTRE = ("centre",)
# What readers have that are no officers: nobody logged in (and a platform where persons could), or a person.
ANONYMOUS, PLATFORM, PERSON = "anonymous", "platform", "person"


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: where it stands, what it is called, and which acts open it, each for organisations of some kinds or of any.

    An entry without acts is everybody's. ``face`` is the face that answers at the address; ``key`` the letter that goes there after g.
    """

    group: str
    label: str
    english: str
    address: str
    acts: Mapping[str, tuple[str, ...]]
    face: str = ""
    key: str = ""

    def href(self) -> str:
        if self.address.startswith("/"):  # a page that editors write
            return at(self.address)
        if self.face == "public":
            return public_url(self.address)
        return f"{settings.DESK_URL}{at('')}" if self.face == "desk" else reverse(self.address)

    def open_to(self, acts: frozenset[str], kind: str) -> bool:
        return not self.acts or any(act in acts and (not kinds or kind in kinds) for act, kinds in self.acts.items())


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as a page shows it. ``here`` is ``page`` where the reader stands, ``true`` above it, else empty."""

    label: str
    english: str
    href: str
    here: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What people do together."""

    name: str
    links: tuple[Link, ...]

    @property
    def alone(self) -> bool:
        """Tell whether it is one page, which needs no menu to open."""
        return len(self.links) == 1

    @property
    def here(self) -> bool:
        return any(link.here for link in self.links)


TO_DO, HAND_IN, CHECK = gettext_noop("待办"), gettext_noop("报送"), gettext_noop("核查")
PERSONS, LOOK_UP, CATALOGUE = gettext_noop("人员"), gettext_noop("查询"), gettext_noop("目录")
OWN, READ = gettext_noop("我的事项"), gettext_noop("了解")
TABLE: Mapping[str, tuple[Entry, ...]] = {
    "public": (
        Entry("", "办事指南", "Guide", "/guide/", {}, face="public"),
        Entry("", "信息目录", "Catalogue", "catalogue", {}, face="public"),
        Entry(READ, "政策法规", "Laws", "/policy/", {}, face="public"),
        Entry(READ, "典型案例", "Cases", "/cases/", {}, face="public"),
        Entry(READ, "动态", "News", "/news/", {}, face="public"),
        Entry(READ, "信息公示", "What is public", "publication", {}, face="public"),
        Entry(READ, "统计", "Statistics", "statistics", {}, face="public"),
        Entry(READ, "提供单位", "Providers", "organisations", {}, face="public"),
        Entry(READ, "谁能做什么", "Who may do what", "permissions", {}, face="public"),
        Entry(READ, "谁能查什么", "Who may ask for what", "who-may-ask", {}, face="public"),
        Entry(READ, "运行状况", "Status", "state", {}, face="public"),
        Entry(READ, "查询登记的树头", "Heads of the access register", "checkpoints", {}, face="public"),
        Entry(READ, "错误代码", "Error codes", "error-codes", {}, face="public"),
        Entry("", "搜索", "Search", "search", {}, face="public"),
        Entry("", "核对报告", "Check a report", "check-report", {}, face="public"),
        Entry("", "核对回执", "Check a receipt", "check-receipt", {}, face="public"),
        Entry("", "意见反馈", "Feedback", "feedback", {}, face="public"),
        Entry("", "登录", "Log in", "", {}, face="desk"),
    ),
    "desk": (
        Entry(TO_DO, "我的待办", "What waits for me", "portal:desk", {"desk.enter": ANY}, key="h"),
        Entry(TO_DO, "认定待核对的行", "Adjudicate rows", "portal:cases", {"adjudication.decide": CENTRE}, key="c"),
        Entry(TO_DO, "本人的提问", "Persons’ questions", "portal:access-questions", {"access.answer": ANY}, key="a"),
        Entry(TO_DO, "删除证明", "Statements of erasure", "portal:erasures", {"erasure.state": ANY}),
        Entry(TO_DO, "审查的询问", "Questions of the review", "portal:explanations", {"review.explain": ANY}),
        Entry(TO_DO, "意见反馈", "Feedback", "portal:feedback", {"feedback.answer": CENTRE, "feedback.show": CENTRE}),
        Entry(TO_DO, "更正、撤回通知", "Recalls", "portal:recalls", {"recall.acknowledge": ANY}, key="w"),
        Entry(TO_DO, "收回的授权", "Leave taken back", "portal:call-backs", {"authorisation.acknowledge": ANY}),
        Entry(TO_DO, "整批撤回", "Undo batches", "portal:undoings", {"intake.undo": ANY, "intake.agree_undo": CENTRE}, key="z"),
        Entry(
            TO_DO, "保留的行", "Kept rows", "portal:waivers",
            {"intake.end_waiver": ANY, "intake.overrule_waiver": CENTRE},
        ),
        Entry(HAND_IN, "报送记录", "Batches", "portal:batches", {"intake.follow": ANY}, key="b"),
        Entry(HAND_IN, "报送文件", "Hand in a file", "portal:upload", {"intake.hand_in": ANY}, key="u"),
        Entry(HAND_IN, "报送情况", "Months reported", "portal:months", {"intake.follow": ANY, "reporting.see": CENTRE}, key="m"),
        Entry(CHECK, "办理流量", "The flow", "portal:flow", {"intake.follow": ANY, "reporting.see": CENTRE}, key="f"),
        Entry(CHECK, "审查查询", "Review of use", "portal:inquiries", {"review.see": ANY}, key="v"),
        Entry(CHECK, "查询情况报告", "Report on use", "portal:use-report", {"review.report": ANY}),
        Entry(CHECK, "暂停和解除", "Suspensions", "portal:suspensions", {"review.suspend": ANY}),
        Entry(CHECK, "台账核验", "Proof of the ledger", "portal:proof", {"proof.see": CENTRE}),
        Entry(CHECK, "规则试算", "Try out a rule", "portal:backtests", {"checks.backtest": CENTRE}),
        Entry(CHECK, "代码覆盖", "Cover of the codes", "portal:coverage", {"coverage.see": CENTRE}),
        Entry(CHECK, "重点职业", "Key occupations", "portal:occupations", {"occupations.coverage": ANY}),
        Entry(PERSONS, "合并和拆分", "Merge and split", "portal:persons", {"persons.decide": CENTRE}, key="p"),
        Entry(PERSONS, "窗口办理", "At the window", "portal:window", {"window.serve": CENTRE}),
        Entry(PERSONS, "见证授权书", "Witness authorisations", "portal:leave-papers", {"authorisation.witness": CENTRE}),
        Entry(PERSONS, "收下的材料", "Papers taken in", "portal:scans", {"scans.read": CENTRE}),
        Entry(PERSONS, "代理和监护", "Delegations", "portal:delegations", {"delegation.enter": CENTRE}, key="d"),
        Entry(LOOK_UP, "登记簿", "Registers", "portal:registers", {"registers.see": ANY}, key="r"),
        Entry(LOOK_UP, "查询", "Look a person up", "portal:purposes", {"report.issue": ANY}, key="q"),
        Entry(LOOK_UP, "开通查询事项", "Duty items", "portal:enrolments", {"duties.see": ANY}),
        Entry(LOOK_UP, "请求授权", "Ask for leave", "portal:asked-for", {"authorisation.ask": ANY}),
        Entry(LOOK_UP, "接收通知的地址", "Webhook", "portal:webhooks", {"webhook.enter": ANY, "webhook.confirm": CENTRE}),
        Entry(LOOK_UP, "实名核验", "Real-name check", "portal:verification", {"verification.check": ANY}),
        Entry(CATALOGUE, "信息目录", "Catalogue", "catalogue", {}, face="public"),
        Entry(CATALOGUE, "目录草案", "Drafts", "portal:drafts", {"catalogue.follow": ANY}),
        Entry(CATALOGUE, "法律变动", "Changes of law", "portal:laws", {"catalogue.laws": ANY}),
        Entry("", "本人登录", "Persons log in", "person-login", {PLATFORM: ANY}),
        Entry("", "工作人员登录", "Officers log in", "account_login", {ANONYMOUS: ANY}),
    ),
    "person": (
        Entry("", "本人", "My page", "person-home", {PERSON: ANY}),
        Entry("", "我的档案", "My file", "person-file", {PERSON: ANY}),
        Entry("", "谁查过我", "Who saw my data", "person-entries", {PERSON: ANY}),
        Entry("", "我的报告", "My report", "person-reports", {PERSON: ANY}),
        Entry(OWN, "我的授权", "My authorisations", "person-authorisations", {PERSON: ANY}),
        Entry(OWN, "我的分享", "My share links", "person-links", {PERSON: ANY}),
        Entry(OWN, "我的提问", "My questions", "person-questions", {PERSON: ANY}),
        Entry(OWN, "消息", "Messages", "person-messages", {PERSON: ANY}),
        Entry(OWN, "个人信息", "My details", "person-details", {PERSON: ANY}),
        Entry(OWN, "代理", "Delegations", "person-delegations", {PERSON: ANY}),
        Entry(OWN, "我交的材料", "My papers", "person-scans", {PERSON: ANY}),
        Entry("", "信息目录", "Catalogue", "catalogue", {}, face="public"),
    ),
    "editing": (Entry("", "写网页", "Write pages", "wagtailadmin_home", {"pages.edit": ANY}),),
    "administration": (
        Entry("", "人员和权限", "Officers and rights", "administration:officers", {"rights.see": ANY}),
        Entry("", "单位", "Organisations", "administration:organisations", {"organisations.see": ANY}),
        Entry("", "系统和公钥", "Systems and keys", "administration:clients", {"clients.see": ANY}),
        Entry("", "实名核验用途", "Purposes of checks", "administration:purposes", {"verification.see": ANY}),
        Entry("", "操作日志", "Action log", "administration:log", {"log.read": ANY}),
        Entry("", "系统状况", "State of the system", "system", {"system.see": ANY}),
    ),
}  # fmt: skip


def public_url(name: str, *args: str) -> str:
    """Give the address of a page of the public site, in the language of the page: a path there, a whole address from another face."""
    path = reverse(name, "chengxin.portal.public.urls", args=args)
    return path if settings.FACE == "public" else f"{settings.PUBLIC_URL}{path}"


def groups(shell: str, path: str, acts: frozenset[str], kind: str = "") -> tuple[Group, ...]:
    """Give what a reader is shown. Entries without a group stand each for itself."""
    shown = [(entry, entry.href()) for entry in TABLE[shell] if entry.open_to(acts, kind)]
    here = max((href for _, href in shown if path.startswith(href)), key=len, default="")
    made: list[Group] = []
    for name, members in groupby(shown, key=lambda one: one[0].group):
        links = tuple(
            Link(
                entry.english if in_english() else entry.label,
                entry.english,
                href,
                ("page" if href == path else "true") if href == here else "",
                entry.key,
            )
            for entry, href in members
        )
        made += [Group(gettext(name), links)] if name else [Group("", (link,)) for link in links]
    return tuple(made)
