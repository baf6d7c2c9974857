"""What two persons acknowledged as lost by a restore, read for the verification of the access register, and what waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection

from chengxin.ground.sealing.lost import Acknowledged, LostEnd
from chengxin.ground.sealing.stored import Tree
from chengxin.identity.models import Restoration

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LISTED = 50
# Its entry is numbered and a signed head stands over it: then it is vouched for like every other.
SEALED = """
    SELECT r.id, r.gaps, r.reason, r.log, r.entered_by, r.entered_at, r.approved_by, r.approved_at, e.case_reference
    FROM identity_restoration_told r
    JOIN ground_access_entry e ON e.subject_id = 0 AND e.entry_id = r.entry_id AND e.channel = 'restoration'
    JOIN ground_sealed s ON s.subject_id = e.subject_id AND s.entry_id = e.entry_id
    WHERE EXISTS (SELECT FROM ground_checkpoint c WHERE c.shard = s.shard AND c.tree = s.tree AND c.size > s.seq)
    ORDER BY r.id"""
ENDS = "SELECT id, tree, shard, size, root, lost_size, lost_root FROM ground_lost_end WHERE id = ANY(%s) ORDER BY id"
OPEN = """
    SELECT id, tree, shard, size, root, lost_size, lost_root FROM ground_lost_end g
    WHERE NOT EXISTS (SELECT FROM identity_restoration r WHERE r.withdrawn_at IS NULL AND g.id = ANY(r.gaps)) ORDER BY g.id"""


@dataclass(frozen=True, slots=True)
class KnownEnd:
    """A lost end by its number."""

    number: int
    end: LostEnd


def acknowledged_restorations() -> list[Acknowledged]:
    """Give the acknowledgements that are what was sealed at their approval; one that was changed since is none. Runs as the sealer."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(SEALED)
        for number, gaps, reason, log, entered_by, entered_at, approved_by, approved_at, reference in cursor.fetchall():
            ends = ends_of(gaps)
            parts = [number, entered_by, _moment(entered_at), approved_by, _moment(approved_at), reason, log]
            if reference == f"RS-{number} {digest_of(parts, ends).hex()}":
                told = tuple(one.end for one in ends)
                found.append(Acknowledged(number, told, reason, entered_by, approved_by, approved_at))
    return found


def digest_of(parts: Sequence[Any], ends: Sequence[KnownEnd]) -> bytes:
    """Digest an acknowledgement as the database does when it is approved (``identity_restoration_digest``)."""
    *told, reason, log = parts
    lines = [
        f"{one.tree.tree}/{one.tree.shard} {one.size} {one.root.hex()} {one.lost_size} {one.lost_root.hex()}"
        for one in (known.end for known in ends)
    ]
    whole = ["chengxin restoration 1", *told, len(reason), reason, len(log), log, *lines]
    return sha256("\n".join(map(str, whole)).encode()).digest()


def ends_of(numbers: Sequence[int]) -> list[KnownEnd]:
    return _ends(ENDS, [list(numbers)])


def open_ends() -> list[KnownEnd]:
    """Give the ends that are lost and that no acknowledgement is about, not even one that waits."""
    return _ends(OPEN, [])


def list_restorations() -> list[Restoration]:
    """Give the acknowledgements, those that wait among them, the newest first."""
    return list(
        Restoration.objects.select_related("entered_by", "approved_by", "withdrawn_by").order_by("-pk")[:LISTED]
    )


def find_restoration(number: int) -> Restoration | None:
    return Restoration.objects.select_related("entered_by", "approved_by", "withdrawn_by").filter(pk=number).first()


def _ends(query: str, values: list[Any]) -> list[KnownEnd]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [
            KnownEnd(number, LostEnd(Tree(tree, shard), size, bytes(root), lost_size, bytes(lost_root)))
            for number, tree, shard, size, root, lost_size, lost_root in cursor.fetchall()
        ]


def _moment(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
