"""What happens to laws: from its day on the database suspends what rests on them, and says what is left to do.

Entered at the credit centre, in a transaction that speaks for the actor; what follows an article needs a second officer.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from chengxin.catalogue.archive import Suspended
from chengxin.catalogue.errors import LawRefused
from chengxin.catalogue.models import Article, Item, ItemVersion, Law, LawEvent, LawSuccession
from chengxin.catalogue.numbers import update_days
from chengxin.catalogue.queries import editions_in_force
from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.signers import refuse_hands
from chengxin.lib.errors import NotAllowed
from chengxin.lib.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class WhatHappened:
    """What happened to a law: of all its articles where none is named."""

    law: str
    kind: str
    on_day: date
    what: str
    source: str
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """An item that a change of law touches: to be brought up to date by a day. ``state``: open, edition or succession (closed by)."""

    event: LawEvent
    item: str
    name: str
    state: str


@transaction.atomic
def enter_event(told: WhatHappened, *, actor: User, at: datetime) -> LawEvent:
    """Enter that a law ended or changed. What cites it is suspended from that day on. Raises NotAllowed, LawRefused, CalendarGap."""
    _refuse_others(actor)
    law = Law.objects.filter(pk=told.law).prefetch_related("articles").first()
    if law is None:
        raise LawRefused(f"没有登记 {told.law}。", f"There is no law {told.law}.")
    own = {article.ref for article in law.articles.all()}
    articles = sorted(told.articles or own)
    if not articles or not own.issuperset(articles):
        raise LawRefused("请选择这部法律的条款。", "Choose articles of this law.")
    if told.on_day <= law.valid_from:
        raise LawRefused("日期早于这部法律的施行日期。", "The day is before the law began.")
    if not told.what.strip() or not told.source.strip():
        raise LawRefused("请写明发生了什么和出处。", "Tell what happened, and the source.")
    event = LawEvent.objects.create(
        law=law,
        articles=articles,
        kind=told.kind,
        on_day=told.on_day,
        what=told.what.strip(),
        source=told.source.strip(),
        due_on=WorkCalendar().add(told.on_day, update_days(told.on_day)),
        entered_by=actor,
        entered_at=at,
    )
    note_act(actor.login, "catalogue.laws", f"law-event:{event.pk}", at=at)
    return event


@dataclass(frozen=True, slots=True)
class NewLaw:
    """A law with one article of it that may be cited. A law that is there already takes a further article."""

    code: str
    name: str
    number: str
    valid_from: date
    article: str
    gist: str = ""


@transaction.atomic
def enter_law(told: NewLaw, *, actor: User, at: datetime) -> str:
    """Enter an article that may be cited from now on, and its law, provisional until the files have it; gives its reference.

    Raises NotAllowed, LawRefused.
    """
    _refuse_others(actor)
    law = Law.objects.filter(pk=told.code).first()
    if law is not None and (law.name, law.valid_from) != (told.name, told.valid_from):
        raise LawRefused(f"{told.code} 已是《{law.name}》的简称。", f"{told.code} is another law already.")
    if law is None:
        law = Law.objects.create(
            code=told.code,
            name=told.name,
            number=told.number,
            valid_from=told.valid_from,
            evidence="memory",
            provisional=True,
        )
    if law.articles.filter(article=told.article).exists():
        raise LawRefused("这一条已经登记。", "The article is entered already.")
    ref = f"{told.code}-{law.articles.count() + 1}"
    if Article.objects.filter(pk=ref).exists():
        ref = f"{told.code}-X{law.articles.count() + 1}"
    Article.objects.create(ref=ref, law=law, article=told.article, gist=told.gist)
    note_act(actor.login, "catalogue.laws", f"law:{told.code}", at=at, note=ref)
    return ref


def law_choices() -> list[tuple[str, str]]:
    return [(law.code, f"{law.name}（{law.code}）") for law in Law.objects.order_by("name")]


def list_events() -> list[LawEvent]:
    """Give what happened to laws, the latest first."""
    rows = LawEvent.objects.select_related("law", "entered_by").prefetch_related("successions__follows__law")
    return list(rows.order_by("-on_day", "-pk"))


@transaction.atomic
def follow_article(event_id: int, article: str, follows: str, *, actor: User, at: datetime) -> LawSuccession:
    """Enter which article stands where one fell away: what cites it is free again. By another person than entered the event.

    Raises NotAllowed, LawRefused, HandsRefused.
    """
    _refuse_others(actor)
    event = LawEvent.objects.filter(pk=event_id).first()
    if event is None or article not in event.articles or event.successions.filter(article_id=article).exists():
        raise LawRefused("这一条没有待接续的变动。", "Nothing has to follow this article.")
    if event.entered_by_id == actor.pk:
        raise LawRefused("登记变动的人不能登记接续条款，请另一名工作人员办理。", "Another officer enters what follows.")
    refuse_hands(actor, first=event.entered_by_id)
    if not Article.objects.filter(pk=follows).exclude(pk=article).exists():
        raise LawRefused(f"没有登记条款 {follows}。", f"There is no article {follows}.")
    if LawEvent.objects.filter(kind="ended", articles__contains=[follows]).exists():
        raise LawRefused("所选条款本身已经废止。", "The article chosen has ended itself.")
    made = LawSuccession.objects.create(
        event=event, article_id=article, follows_id=follows, since=event.on_day, entered_by=actor, entered_at=at
    )
    note_act(actor.login, "catalogue.laws", f"law-event:{event_id}", at=at, note=follows)
    return made


def list_work(*, open_only: bool = False) -> list[Work]:
    """Give what changes of laws leave to do, and what was done, by deadline."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_id, item_id, state FROM catalogue_work")
        rows = [row for row in cursor.fetchall() if row[2] == "open" or not open_only]
    events = LawEvent.objects.select_related("law").in_bulk({row[0] for row in rows})
    codes = Item.objects.in_bulk({row[1] for row in rows})
    names = dict(
        ItemVersion.objects.filter(item_id__in=codes).order_by("edition__valid_from").values_list("item_id", "name")
    )
    work = [Work(events[event], codes[item].code, names[item], state) for event, item, state in rows]
    return sorted(work, key=lambda one: (one.state != "open", one.event.due_on, one.item))


def suspended_items(on: date) -> list[Suspended]:
    """Give the items of the editions in force that a change of law suspends on a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (i.code) i.code, v.name, u.on_day, l.name, e.kind
               FROM catalogue_suspension u JOIN catalogue_law_event e ON e.id = u.event_id JOIN catalogue_law l ON l.code = e.law_id
               JOIN catalogue_item i ON i.id = u.item_id JOIN catalogue_item_version v ON v.id = u.item_version_id
               WHERE u.edition_id = ANY(%s) AND u.on_day <= %s AND (u.settled_on IS NULL OR u.settled_on > %s)
               ORDER BY i.code, u.on_day""",
            [[edition.pk for edition in editions_in_force(on)], on, on],
        )
        return [Suspended(*row) for row in cursor.fetchall()]


def _refuse_others(actor: User) -> None:
    if not may(actor.pk, "catalogue.laws"):
        raise NotAllowed("您的岗位没有此项权限。", "Your role doesn't include this.")
