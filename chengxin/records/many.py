"""Reading many persons at once through the gate, for the parts of a batch: what ``queries`` reads of one, in one statement for all."""

from collections.abc import Collection, Mapping
from datetime import date
from itertools import groupby

from chengxin.catalogue.queries import PurposeTerms
from chengxin.ground.prepared import fetch_prepared
from chengxin.ground.services import Reading
from chengxin.records.gate import open_gate
from chengxin.records.queries import COLUMNS, LAID_OUT, ShownRecord, shown

# Each person is gone through by the first part of the ledger's key, as by a single query: no statement crosses subjects otherwise.
GATE_OF_EACH = f"""SELECT s.* FROM unnest(%s::bigint[]) WITH ORDINALITY AS asked (subject, place)
    CROSS JOIN LATERAL (SELECT {COLUMNS} FROM records_shown s {LAID_OUT} WHERE subject_id = asked.subject) s
    ORDER BY asked.place, s.decided DESC, s.record_id"""  # noqa: S608  # constants
OPEN = """SELECT DISTINCT c.code FROM catalogue_open o JOIN catalogue_item c ON c.id = o.item_id
    WHERE o.purpose_id = %s AND c.code = ANY(%s) AND o.valid_from <= %s AND %s < o.valid_until ORDER BY c.code"""
STATES_OF_EACH = """SELECT v.subject_id, i.code, v.record_id, v.version, v.state
    FROM unnest(%s::bigint[]) AS asked (subject)
    CROSS JOIN LATERAL (SELECT * FROM records_version WHERE subject_id = asked.subject) v
    JOIN catalogue_item i ON i.id = v.item_id AND i.code = ANY(%s) ORDER BY v.subject_id, i.code, v.record_id"""


def read_shown_of(
    notes: Mapping[int, Reading], purpose: PurposeTerms, on: date, *, duty: int, listed: bool
) -> dict[int, list[ShownRecord]]:
    """Read what may be shown of each of these persons today, given by number with what is noted of their reading. Two statements."""
    begun, found = open_gate(on, purpose.id, duty), dict[int, list[ShownRecord]]()
    rows = fetch_prepared(GATE_OF_EACH, [list(notes)])
    for subject, own in groupby(rows, key=lambda row: row[0]):
        found[subject] = shown(notes[subject], list(own), begun, "purpose", listed=listed)
    return {subject: found.get(subject, []) for subject in notes}


def read_states_of(
    notes: Mapping[int, Reading], purpose: PurposeTerms, on: date, *, duty: int, items: Collection[str]
) -> dict[int, dict[str, list[str]]]:
    """Read how many records of these items each of these persons has and how each stands; no value. Three statements."""
    open_gate(on, purpose.id, duty)
    asked = [code for (code,) in fetch_prepared(OPEN, [purpose.id, sorted(items), on, on])]
    found: dict[int, dict[str, list[str]]] = {subject: {code: [] for code in asked} for subject in notes}
    for subject, item, record, version, state in fetch_prepared(STATES_OF_EACH, [list(notes), asked]):
        found[subject][item].append(state)
        notes[subject].versions.append((record, version))
    return found
