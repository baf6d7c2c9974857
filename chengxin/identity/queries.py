"""Looking up persons, organisations and officers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField, DateField, F, Func, Value
from django.db.models.expressions import RawSQL

from chengxin.ground.prepared import fetch_prepared
from chengxin.identity.models import Declaration, Delegation, Organisation, Person, RoleGrant, User
from chengxin.identity.permissions import permissions
from chengxin.identity.rules import normal_name
from chengxin.identity.vault import open_sealed, refreshed_vault, vault
from chengxin.lib.crypto import Sealed, Vault

LISTED = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A person whom a code leads to; ``name_fits`` tells whether the name given is the one on file."""

    subject_id: int
    name_fits: bool
    died: date | None


def find_person(code_type: str, code: str, name: str) -> Found | None:
    """Find whom a checked code belongs to, by keyed hash; nobody whom the authority calls a minor. Compares the name in constant time.

    One statement; a second and a third when the code is unknown, or its key was changed since this process last looked.
    """
    keys = vault()
    row = _find_code(keys, code_type, code)
    if row is None:
        moved = refreshed_vault(keys)
        row = _find_code(moved, code_type, code) if moved else None
        keys = moved or keys
    if row is None:
        return None
    subject_id, tag, key_id, died = row
    fits = keys.name_fits(bytes(tag), key_id, code_type=code_type, code=code, name=normal_name(name))
    return Found(subject_id, fits, died)


def is_open(subject_id: int) -> bool:
    """Tell whether a person of the register is none whom the authority calls a minor."""
    return Person.objects.filter(pk=subject_id, minor_rank__lte=F("identity_rank")).exists()


def _find_code(keys: Vault, code_type: str, code: str) -> tuple[int, bytes, str, date | None] | None:
    rows = fetch_prepared(
        """SELECT c.subject_id, c.name_tag, c.key_id, p.died FROM identity_code c JOIN identity_person p USING (subject_id)
           WHERE c.code_hash = ANY(%s) AND p.minor_rank <= p.identity_rank""",
        [keys.look_up_hashes(code_type, code)],
    )
    subject, tag, key, died = rows[0] if rows else (0, b"", "", None)
    return (subject, tag, key, died) if rows else None


@dataclass(frozen=True, slots=True, repr=False)
class Named:
    """A person's name and code, opened. Has no readable form of its own, so that it can't slip into a log."""

    name: str
    code: str


def open_person(subject_id: int) -> Named:
    """Open the sealed name and code of a person. For a report that is about to be issued, and nothing else."""
    row = Person.objects.get(pk=subject_id)
    name, code = open_sealed(
        (Sealed(row.key_id, bytes(row.name_sealed)), "person.name"),
        (Sealed(row.key_id, bytes(row.code_sealed)), "person.code"),
    )
    return Named(name, code)


def holder_of(subject_id: int) -> int:
    """Give the subject that holds what was this one's: itself, unless it was merged into another. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_lead(%s)", [subject_id])
        (found,) = cursor.fetchone() or (None,)
    return int(found or subject_id)


def find_organisation(code: str, on: date) -> Organisation | None:
    """Give the organisation under a unified code when it stands on the day."""
    return Organisation.objects.filter(standing_on("pk", on), code=code).first()


def organisation_stands(organisation_id: int, on: date) -> bool:
    """Tell whether an organisation may hand in or ask on a day: within its dates, with every licence that its kind needs."""
    return Organisation.objects.filter(standing_on("pk", on), pk=organisation_id).exists()


def list_organisations(*, on: date, kind: str = "", region: str = "") -> list[dict[str, Any]]:
    """List organisations by region and code, with whether each stands on a day; ``region`` takes in all that it holds."""
    rows = Organisation.objects.annotate(above=F("superior__code"), stands=standing_on("pk", on))
    if kind:
        rows = rows.filter(kind=kind)
    if region:
        rows = rows.filter(
            Func(Value(region), F("region"), function="identity_region_covers", output_field=BooleanField())
        )
    names = ("code", "name", "kind", "region", "above", "valid_from", "valid_until", "stands")
    return list(rows.order_by("region", "code").values(*names))


def standing_on(organisation: str, on: date) -> Func:
    """Give the expression for whether the organisation under a key stands on a day."""
    day = Value(on, output_field=DateField())
    return Func(F(organisation), day, function="identity_organisation_stands", output_field=BooleanField())


def find_officer(login: str) -> User | None:
    return User.objects.select_related("organisation").filter(login=login, is_active=True).first()


def list_demo_officers(act: str) -> list[User]:
    """Give the demo's officers who may do an act, for the start page of a demo installation."""
    may_do = RawSQL("SELECT user_id FROM identity_right WHERE role = ANY(%s)", [list(permissions().acts[act].roles)])
    officers = User.objects.select_related("organisation").filter(demo=True, is_active=True, pk__in=may_do)
    return list(officers.order_by("pk"))


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A synthetic person whose page a demo shows: a number and what there is to see, never a name."""

    place: int
    label: str


def list_demo_persons() -> list[DemoPlace]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, label FROM identity_demo_persons()")
        return [DemoPlace(*row) for row in cursor.fetchall()]


def is_suspended(name: str) -> bool:
    """Tell whether an officer, by login, or a system may look nobody up for the time being. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM identity_suspended WHERE name = %s)", [name])
        (found,) = cursor.fetchone() or (False,)
    return bool(found)


def find_demo_officer(login: str) -> User | None:
    return User.objects.filter(login=login, demo=True, is_active=True).first()


@dataclass(frozen=True, slots=True)
class Right:
    """A role in force today: begun, not ended, not withdrawn, used within ninety days."""

    grant_id: int
    role: str
    valid_until: date
    last_used: date | None


def rights_of(user_id: int) -> tuple[Right, ...]:
    """Give the rights an officer has at this moment; none when they have left. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT grant_id, role, valid_until, last_used FROM identity_right WHERE user_id = %s ORDER BY grant_id",
            [user_id],
        )
        return tuple(Right(*row) for row in cursor.fetchall())


def may(user_id: int, act: str) -> bool:
    """Tell whether an officer may do an act of the permission table at this moment, in their kind of organisation."""
    wanted = permissions().acts[act]
    if not any(right.role in wanted.roles for right in rights_of(user_id)):
        return False
    return not wanted.kinds or User.objects.filter(pk=user_id, organisation__kind__in=wanted.kinds).exists()


def list_officers(*, after: str = "", limit: int = 50) -> list[User]:
    """Give officers by login, those after a login, for the administrators' pages."""
    return list(User.objects.select_related("organisation").filter(login__gt=after).order_by("login")[:limit])


def find_account(login: str) -> User | None:
    """Give an officer's account, closed ones too."""
    return User.objects.select_related("organisation").filter(login=login).first()


def declared_since(user_id: int) -> datetime | None:
    """Tell since when an officer has declared who they are. The desk sees whoever speaks; the administration sees each."""
    since = Declaration.objects.filter(user_id=user_id, reopened_at=None).values_list("declared_at", flat=True)
    return since.order_by("declared_at").first()


def find_grant(grant_id: int) -> RoleGrant | None:
    return RoleGrant.objects.select_related("user").filter(pk=grant_id).first()


def list_grants(user_id: int) -> list[RoleGrant]:
    """Give every grant an officer ever had, the newest first."""
    return list(RoleGrant.objects.select_related("granted_by", "withdrawn_by").filter(user_id=user_id).order_by("-pk"))


def may_act_for(subject_id: int, agent_id: int, act: str) -> bool:
    """Tell whether one person may do an act (view, object, repair, authorise) for another at this moment. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM identity_acting WHERE subject_id = %s AND agent_id = %s AND %s = ANY(acts))",
            [subject_id, agent_id, act],
        )
        (found,) = cursor.fetchone() or (False,)
    return bool(found)


def face_of(user_id: int) -> str:
    """Tell at which face somebody logs in: the three administrators and the site's editors at theirs, all others at the desk."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT CASE WHEN EXISTS (SELECT FROM identity_administrator WHERE user_id = %s) THEN 'administration'
                           WHEN EXISTS (SELECT FROM identity_site_editor WHERE user_id = %s) THEN 'editing' ELSE 'desk' END""",
            [user_id, user_id],
        )
        (found,) = cursor.fetchone() or ("desk",)
    return str(found)


def list_delegations(on: date) -> list[Delegation]:
    """Give what waits and what stands on a day, those that wait first. Nothing of either person is in it but their numbers."""
    rows = Delegation.objects.select_related("entered_by", "confirmed_by").filter(ended_at=None, valid_until__gt=on)
    return list(rows.order_by(F("confirmed_at").asc(nulls_first=True), "-pk")[:LISTED])


@dataclass(frozen=True, slots=True)
class Locked:
    """An officer whose account is locked, and until when."""

    login: str
    display_name: str
    locked_until: datetime


def list_locked(at: datetime) -> list[Locked]:
    """Give the officers whose accounts are locked at a moment, those locked longest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT u.login, u.display_name, t.locked_until
               FROM identity_failed_try t JOIN identity_user u ON u.id = t.bucket
               WHERE t.kind = 'officer' AND t.locked_until > %s ORDER BY t.locked_until, u.login LIMIT 200""",
            [at],
        )
        return [Locked(*row) for row in cursor.fetchall()]
