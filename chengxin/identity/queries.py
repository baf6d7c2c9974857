"""Looking up persons, organisations and officers."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models.expressions import RawSQL

from chengxin.identity.models import Organisation, Person, RoleGrant, User
from chengxin.identity.permissions import permissions
from chengxin.identity.rules import normal_name
from chengxin.identity.vault import refreshed_vault, vault
from chengxin.lib.crypto import Sealed, Vault


@dataclass(frozen=True, slots=True)
class Found:
    """A person whom a code leads to; ``name_fits`` tells whether the name given is the one on file."""

    subject_id: int
    name_fits: bool
    died: date | None


def find_person(code_type: str, code: str, name: str) -> Found | None:
    """Find whom a checked code belongs to, by keyed hash. Compares the name in constant time.

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


def _find_code(keys: Vault, code_type: str, code: str) -> tuple[int, bytes, str, date | None] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.subject_id, c.name_tag, c.key_id, p.died FROM identity_code c JOIN identity_person p USING (subject_id)
               WHERE c.code_hash = ANY(%s)""",
            [keys.look_up_hashes(code_type, code)],
        )
        row: tuple[int, bytes, str, date | None] | None = cursor.fetchone()
        return row


@dataclass(frozen=True, slots=True, repr=False)
class Named:
    """A person's name and code, opened. Has no readable form of its own, so that it can't slip into a log."""

    name: str
    code: str


def open_person(subject_id: int) -> Named:
    """Open the sealed name and code of a person. For a report that is about to be issued, and nothing else."""
    row = Person.objects.get(pk=subject_id)
    keys = vault()
    if row.key_id not in keys.keys:
        keys = refreshed_vault(keys) or keys
    return Named(
        keys.open(Sealed(row.key_id, bytes(row.name_sealed)), use="person.name"),
        keys.open(Sealed(row.key_id, bytes(row.code_sealed)), use="person.code"),
    )


def find_organisation(code: str, on: date) -> Organisation | None:
    """Give the organisation under a unified code when it is valid on the day."""
    return Organisation.objects.filter(code=code, valid_from__lte=on).exclude(valid_until__lte=on).first()


def find_officer(login: str) -> User | None:
    return User.objects.select_related("organisation").filter(login=login, is_active=True).first()


def list_demo_officers(act: str) -> list[User]:
    """Give the demo's officers who may do an act, for the start page of a demo installation."""
    may_do = RawSQL("SELECT user_id FROM identity_right WHERE role = ANY(%s)", [list(permissions().acts[act].roles)])
    officers = User.objects.select_related("organisation").filter(demo=True, is_active=True, pk__in=may_do)
    return list(officers.order_by("pk"))


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
    """Tell whether an officer may do an act of the permission table at this moment."""
    return any(right.role in permissions().acts[act].roles for right in rights_of(user_id))


def list_officers(*, after: str = "", limit: int = 50) -> list[User]:
    """Give officers by login, those after a login, for the administrators' pages."""
    return list(User.objects.select_related("organisation").filter(login__gt=after).order_by("login")[:limit])


def list_grants(user_id: int) -> list[RoleGrant]:
    """Give every grant an officer ever had, the newest first."""
    return list(RoleGrant.objects.select_related("granted_by", "withdrawn_by").filter(user_id=user_id).order_by("-pk"))
