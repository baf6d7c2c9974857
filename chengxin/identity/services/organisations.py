"""Entering organisations as a list, who stands above whom, the licences they hold, and their end."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.errors import LicenceRefused, OrganisationRefused, OrganisationsRefused
from chengxin.identity.models import Licence, NeededLicence, Organisation, User
from chengxin.identity.organising import Reason, licence_kinds, refuse_licence, refuse_revival, refuse_superior, revives
from chengxin.identity.permissions import permissions
from chengxin.identity.queries import may
from chengxin.lib.codes import CodeType, examine, holds_code
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.lib.regions import AreaBook, region

ACT = "organisations.enter"
LONGEST_NAME, LONGEST_REASON = 200, 180
REGION_FORM = re.compile(r"[0-9]{6}")
OWN_PROVINCE = "14"


@dataclass(frozen=True, slots=True)
class Entered:
    """One row of a list. ``line`` is its place in the file, from 1; ``superior`` is empty where it has none.

    ``revival`` says why an organisation that has ended goes on; nothing else revives one.
    """

    line: int
    code: str
    name: str
    kind: str
    region: str
    valid_from: date
    valid_until: date | None = None
    superior: str = ""
    revival: str = ""


@dataclass(frozen=True, slots=True)
class ListEntered:
    new: int
    changed: int
    same: int


@transaction.atomic
def settle_organisation(
    *, code: str, name: str, kind: str, region: str, valid_from: date, superior: str = ""
) -> Organisation:
    """Enter an organisation as the owner, or bring its name, kind and superior up to date."""
    told = {
        "name": name,
        "kind": kind,
        "region": region,
        "superior": Organisation.objects.get(code=superior) if superior else None,
    }
    organisation, _ = Organisation.objects.update_or_create(
        code=code, defaults=told, create_defaults={**told, "valid_from": valid_from}
    )
    return organisation


@transaction.atomic
def settle_licences() -> None:
    """Bring the table of needed licences to the file's state, where the database's own guards read it. Runs as the owner."""
    NeededLicence.objects.all().delete()
    NeededLicence.objects.bulk_create(
        NeededLicence(
            kind=kind,
            licence=one.code,
            valid_from=one.source.valid_from or date.min,
            valid_until=one.source.valid_until,
        )
        for one in licence_kinds().values()
        if one.required
        for kind in one.kinds
    )


@transaction.atomic
def enter_organisations(rows: Sequence[Entered], *, areas: AreaBook, actor: User | None, at: datetime) -> ListEntered:
    """Enter a list of organisations whole, or nothing of it: new ones, and names, ends and superiors of known ones.

    An organisation's kind, region and beginning never change: what changed so is another one's matter, under a code of its own.
    ``actor`` is None at the server. Locks all organisations against other changes. Raises NotAllowed; OrganisationsRefused with
    every line that can't be entered and why.
    """
    _require(actor)
    done = _enter(rows, areas, at, actor)
    note_act(_login(actor), ACT, "organisations", at=at, note=f"新登记 {done.new}，变更 {done.changed}")
    return done


@transaction.atomic
def enter_organisation(row: Entered, *, areas: AreaBook, actor: User, at: datetime) -> Organisation:
    """Enter one new organisation. Locks and rules as for a list. Raises NotAllowed, OrganisationRefused."""
    _require(actor)
    if Organisation.objects.filter(code=row.code).exists():
        raise OrganisationRefused(f"{row.code} 已经登记过。", f"{row.code} was entered before.")
    _enter_one(row, areas, at, actor)
    note_act(actor.login, ACT, f"organisation:{row.code}", at=at, note="新登记")
    return Organisation.objects.get(code=row.code)


@transaction.atomic
def change_organisation(
    code: str, *, name: str, superior: str, areas: AreaBook, actor: User, at: datetime
) -> Organisation:
    """Change an organisation's name and superior (empty: none). Locks as a list does. Raises NotAllowed, OrganisationRefused."""
    _require(actor)
    _lock_all()  # before the one, as a list does: else each could wait for the other
    known = _locked(code)
    row = Entered(1, code, name, known.kind, known.region, known.valid_from, known.valid_until, superior)
    if not _differs(row, known):
        raise OrganisationRefused("名称和上级都没有变。", "Neither name nor superior is another.")
    _enter_one(row, areas, at, actor)
    note_act(actor.login, ACT, f"organisation:{code}", at=at, note=f"变更，上级 {superior or '无'}")
    return Organisation.objects.get(code=code)


def _lock_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('organisation', 0))")


def _enter_one(row: Entered, areas: AreaBook, at: datetime, actor: User) -> None:
    """Enter one as a list of its own; what is wrong with it is told without a line's number."""
    try:
        _enter([row], areas, at, actor)
    except OrganisationsRefused as refused:
        reasons = [reason for _, reason in refused.lines]
        raise OrganisationRefused(
            "".join(one.text for one in reasons), " ".join(one.text_en for one in reasons)
        ) from None


def _enter(rows: Sequence[Entered], areas: AreaBook, at: datetime, actor: User | None) -> ListEntered:
    _lock_all()
    known = {one.code: one for one in Organisation.objects.select_related("superior")}
    refused = list(_refusals(rows, known, areas, shanghai_date(at)))
    if refused:
        raise OrganisationsRefused(refused)
    new = [row for row in rows if row.code not in known]
    Organisation.objects.bulk_create(
        Organisation(
            code=row.code,
            name=row.name.strip(),
            kind=row.kind,
            region=row.region,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in new
    )
    _note_revivals(rows, known, actor, at)
    changed = sum(_differs(row, known[row.code]) for row in rows if row.code in known)
    _update([row for row in rows if row.superior or row.code in known])
    return ListEntered(len(new), changed, len(rows) - len(new) - changed)


def _note_revivals(
    rows: Sequence[Entered], known: Mapping[str, Organisation], actor: User | None, at: datetime
) -> None:
    """Note each organisation that goes on after it had ended, before it does: the database asks for the note."""
    for row in rows:
        if row.code in known and revives(known[row.code].valid_until, row.valid_until, shanghai_date(at)):
            note = f"{row.valid_until or '无失效日期'} {row.revival.strip()}"
            note_act(_login(actor), "organisations.revive", f"organisation:{row.code}", at=at, note=note)


def _differs(row: Entered, known: Organisation) -> bool:
    superior = known.superior.code if known.superior else ""
    return (row.name.strip(), row.valid_until, row.superior) != (known.name, known.valid_until, superior)


def _update(rows: Sequence[Entered]) -> None:
    """Bring names, ends and superiors to the list's state."""
    codes, above = [row.code for row in rows], [row.superior or None for row in rows]
    with connection.cursor() as cursor:
        # Loose first: two that change places would for a moment stand above one another.
        cursor.execute(
            """UPDATE identity_organisation o SET superior_id = NULL FROM unnest(%s::text[], %s::text[]) AS w(code, superior)
               LEFT JOIN identity_organisation s ON s.code = w.superior
               WHERE o.code = w.code AND o.superior_id IS NOT NULL AND o.superior_id IS DISTINCT FROM s.id""",
            [codes, above],
        )
        cursor.execute(
            """UPDATE identity_organisation o SET name = w.name, valid_until = w.valid_until, superior_id = s.id
               FROM unnest(%s::text[], %s::text[], %s::date[], %s::text[]) AS w(code, name, valid_until, superior)
               LEFT JOIN identity_organisation s ON s.code = w.superior
               WHERE o.code = w.code AND (o.name, o.valid_until, o.superior_id) IS DISTINCT FROM (w.name, w.valid_until, s.id)""",
            [
                codes,
                [row.name.strip() for row in rows],
                [row.valid_until for row in rows],
                above,
            ],
        )


def _refusals(
    rows: Sequence[Entered], known: Mapping[str, Organisation], areas: AreaBook, today: date
) -> Iterable[tuple[int, Reason]]:
    superiors: dict[str, str | None] = {
        code: one.superior.code if one.superior else None for code, one in known.items()
    }
    regions = {code: one.region for code, one in known.items()}
    superiors |= {row.code: row.superior or None for row in rows}
    regions |= {row.code: row.region for row in rows}
    seen: dict[str, int] = {}
    for row in rows:
        reasons = [_refuse_row(row, known.get(row.code), areas, today)]
        if row.code in seen:
            reasons.append(
                Reason(f"与第 {seen[row.code]} 行代码相同。", f"The same code stands in line {seen[row.code]}.")
            )
        seen.setdefault(row.code, row.line)
        if row.superior:
            reasons.append(refuse_superior(row.code, row.region, row.superior, superiors, regions))
        yield from ((row.line, reason) for reason in reasons if reason is not None)
    # Whoever moves must still cover those who already stand under them.
    listed = {row.code for row in rows}
    for code, above in superiors.items():
        if (
            code not in listed
            and above in listed
            and (reason := refuse_superior(code, regions[code], above, superiors, regions))
        ):
            yield seen[above], Reason(f"下级单位 {code}：{reason.text}", f"Subordinate {code}: {reason.text_en}")


def _refuse_row(row: Entered, known: Organisation | None, areas: AreaBook, today: date) -> Reason | None:
    verdict = examine(CodeType.ORGANISATION, row.code, on=today, areas=areas)
    kinds = "、".join(Organisation.Kind.values)
    tests = (
        (
            verdict.canonical != row.code,
            Reason(
                f"{row.code} 不是有效的统一社会信用代码，请照证书核对。",
                f"{row.code} is no valid unified social credit code (GB 32100); check it against the certificate.",
            ),
        ),
        (not row.name.strip(), Reason("请填写单位名称。", "Give the organisation's name.")),
        (
            len(row.name.strip()) > LONGEST_NAME,
            Reason("单位名称超过 200 字。", "The name is longer than 200 characters."),
        ),
        (
            holds_code(row.name, on=today, areas=areas),
            Reason("名称里有身份证件号码，请删去。", "Take the identity code out of the name."),
        ),
        (row.kind not in Organisation.Kind.values, Reason(f"类别应为：{kinds}。", f"The kind is one of {kinds}.")),
        (
            not REGION_FORM.fullmatch(row.region)
            or (row.region.startswith(OWN_PROVINCE) and region(row.region) is None),
            Reason(
                f"没有行政区划 {row.region}，请填六位代码，例如 140105。",
                f"There is no region {row.region}; give a code of GB/T 2260 such as 140105.",
            ),
        ),
        (
            row.valid_until is not None and row.valid_until <= row.valid_from,
            Reason("失效日期应晚于生效日期。", "The last day comes after the first."),
        ),
        (
            known is not None
            and (known.kind, known.region, known.valid_from) != (row.kind, row.region, row.valid_from),
            Reason(
                "已登记单位的类别、区划和生效日期不能变更；撤并的单位请填失效日期，另用新代码登记。",
                "Kind, region and first day of an organisation never change; end it, and enter its successor under its own code.",
            ),
        ),
        (
            holds_code(row.revival, on=today, areas=areas),
            Reason("恢复理由里有身份证件号码，请删去。", "Take the identity code out of the reason."),
        ),
    )
    found = next((reason for failed, reason in tests if failed), None)
    return found or refuse_revival(known.valid_until if known else None, row.valid_until, row.revival, today)


@transaction.atomic
def end_organisation(code: str, *, on: date, reason: str, actor: User | None, at: datetime) -> Organisation:
    """Let an organisation end on a day: from then on it hands in and asks nothing, and its officers' rights lapse.

    Locks it. Raises NotAllowed, OrganisationRefused when it isn't there, ended before, or the day is past.
    """
    _require(actor)
    organisation = _locked(code)
    if organisation.valid_until is not None and organisation.valid_until <= shanghai_date(at):
        raise OrganisationRefused("已经失效。", "It has ended already.")
    if on < shanghai_date(at):
        raise OrganisationRefused("失效日期不能早于今天。", "The day it ends isn't before today.")
    if on <= organisation.valid_from:
        first = organisation.valid_from
        raise OrganisationRefused(
            f"失效日期应晚于生效日期 {first}。", f"The day it ends comes after its first, {first}."
        )
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise OrganisationRefused("请写明理由，不超过 180 字。", "Give the reason, in 180 characters at most.")
    organisation.valid_until = on
    organisation.save(update_fields=["valid_until"])
    note_act(_login(actor), "organisations.end", f"organisation:{code}", at=at, note=f"{on} {reason.strip()}")
    return organisation


@transaction.atomic
def enter_licence(
    code: str,
    *,
    licence: str,
    number: str,
    valid_from: date,
    valid_until: date | None,
    actor: User | None,
    at: datetime,
) -> Licence:
    """Enter a licence or filing that an organisation holds.

    Locks the organisation. Raises NotAllowed, OrganisationRefused, LicenceRefused.
    """
    _require(actor)
    organisation = _locked(code)
    if reason := refuse_licence(organisation.kind, licence, number, valid_from, valid_until, licence_kinds().keys()):
        raise LicenceRefused(reason.text, reason.text_en)
    made = Licence.objects.create(
        organisation=organisation,
        licence=licence,
        number=number.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
        entered_by=actor,
        entered_at=at,
    )
    note_act(_login(actor), "licences.enter", f"licence:{made.pk}", at=at, note=f"{code} {licence}")
    return made


@transaction.atomic
def end_licence(licence_id: int, *, reason: str, actor: User | None, at: datetime) -> Licence:
    """End a licence today: withdrawn, given up or lapsed early. Locks it. Raises NotAllowed, LicenceRefused."""
    _require(actor)
    held = Licence.objects.select_for_update(no_key=True).filter(pk=licence_id, ended_on=None).first()
    if held is None:
        raise LicenceRefused("没有这项许可或者备案，或者已经终止。", "There is no such licence, or it was ended.")
    if not reason.strip():
        raise LicenceRefused("请写明理由。", "Give the reason.")
    held.ended_on, held.ended_by, held.end_reason = shanghai_date(at), actor, reason.strip()
    held.save(update_fields=["ended_on", "ended_by", "end_reason"])
    note_act(_login(actor), "licences.end", f"licence:{held.pk}", at=at, note=reason.strip())
    return held


def _locked(code: str) -> Organisation:
    organisation = Organisation.objects.select_for_update(no_key=True).filter(code=code).first()
    if organisation is None:
        raise OrganisationRefused(f"没有登记单位 {code}。", f"There is no organisation {code}.")
    return organisation


def _login(actor: User | None) -> str:
    return actor.login if actor else ""


def _require(actor: User | None) -> None:
    """At the server, as the owner, there is no actor; the database lets no other role do so."""
    if actor is not None and not may(actor.pk, ACT):
        told = permissions().acts[ACT]
        raise NotAllowed(f"您的岗位不能{told.name}。", f"Your role doesn't include: {told.name_en}.")
