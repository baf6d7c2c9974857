"""What guards the database, object by object: how to take it away, and the attack that then gets through."""

from dataclasses import dataclass
from uuid import UUID

from tests.demo_code import FREE_CODE
from tests.system import attacks as a
from tests.system.attacks import Attack, change_wholly, clones

FRESH = str(UUID(int=99))


@dataclass(frozen=True)
class Guard:
    """An object of the database. ``lets`` marks one that allows: its attack works until the object is gone."""

    attack: Attack
    weaken: str
    refusal: str = ""
    lets: bool = False


def check(table: str, name: str, **changes: object) -> tuple[str, Guard]:
    return f"check {table}.{name}", Guard(
        clones(table, **changes), f"ALTER TABLE {table} DROP CONSTRAINT {name}", f'violates check constraint "{name}"'
    )


def trigger(table: str, name: str, attack: Attack, refusal: str) -> tuple[str, Guard]:
    return f"trigger {table}.{name}", Guard(attack, f"DROP TRIGGER {name} ON {table}", refusal)


def policy(table: str, name: str, attack: Attack, refusal: str = "") -> tuple[str, Guard]:
    return f"policy {table}.{name}", Guard(attack, f"DROP POLICY {name} ON {table}", refusal, lets=True)


def row_security(table: str, attack: Attack) -> tuple[str, Guard]:
    return f"row security {table}", Guard(attack, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


APPEND = "is append-only"
PAST, LONG_PAST = "1999-01-01", "1998-01-01"
GUARDS: dict[str, Guard] = dict((
    policy("records_version", "gate", a.see_the_shown),
    policy("records_payload", "gate", a.see_a_payload),
    policy("records_version", "intake_batch", a.write_a_sound_version, "row-level security"),
    policy("records_payload", "intake_payload", a.write_a_payload, "row-level security"),
    policy("records_version", "eraser_due", a.see_what_is_due),
    policy("records_payload", "eraser_sees", a.erase_what_is_due),
    policy("records_payload", "eraser_erases", a.erase_what_is_due),
    row_security("records_version", a.see_the_expired),
    row_security("records_payload", a.see_a_hidden_payload),
    trigger("identity_person", "person_adult", a.enter_a_minor, "a person under 18 is no subject"),
    trigger("identity_person", "person_adult_after_change", a.make_an_adult_a_minor, "a person under 18 is no subject"),
    trigger("records_version", "version_guarded", a.write_against_a_person_without_capacity, "without full capacity"),
    trigger("records_batch", "batch_stays_finished", a.open_a_closed_batch, "a finished batch stays as it is"),
    trigger("records_payload", "payload_erasure", a.erase_as_owner, "erased by the eraser role alone"),
    trigger("records_payload", "payload_append_only", change_wholly("records_payload", "body"), APPEND),
    trigger("records_version", "version_append_only", change_wholly("records_version", "state"), APPEND),
    trigger("records_superseded", "superseded_append_only", change_wholly("records_superseded", "version"), APPEND),
    trigger("records_finding", "finding_append_only", change_wholly("records_finding", "rule"), APPEND),
    trigger("ground_access_entry", "access_entry_append_only", change_wholly("ground_access_entry", "reason"), APPEND),
    trigger("sharing_report", "report_append_only", change_wholly("sharing_report", "number"), APPEND),
    check("catalogue_edition", "edition_validity_ordered", id=9001, code="x", valid_from=PAST, valid_until=PAST),
    check("catalogue_item_version", "item_disclosure_known", id=9001, edition_id=9001, disclosure=["everybody"]),
    check("catalogue_item_version", "item_nature_known", id=9001, edition_id=9001, nature="bad"),
    check("catalogue_law", "law_validity_ordered", code="x", valid_from=PAST, valid_until=LONG_PAST),
    check("catalogue_purpose", "purpose_needs_known", id=9001, code="x", needs="curiosity"),
    check("ground_access_entry", "access_answer_has_reason", entry_id=FRESH, basis=""),
    check("ground_access_entry", "access_outcome_known", entry_id=FRESH, outcome="lost", reason="x", record_ids=[], versions=[]),
    check("ground_access_entry", "access_refusal_has_no_records", entry_id=FRESH, outcome="refused", reason="x"),
    check("ground_access_entry", "access_refusal_has_reason", entry_id=FRESH, outcome="failed", record_ids=[], versions=[]),
    check("ground_access_entry", "access_versions_paired", entry_id=FRESH, versions=[1, 2]),
    check("identity_code", "code_hash_is_keyed_hash", code_hash="\\x00"),
    check("identity_organisation", "organisation_code_form", id=9001, code="91140100"),
    check("identity_organisation", "organisation_kind_known", id=9001, code=FREE_CODE, kind="club"),
    check("identity_organisation", "organisation_validity_ordered", id=9001, code=FREE_CODE, valid_until=PAST),
    check("identity_person", "person_capacity_dated", subject_id=9001, capacity="none", capacity_since=None),
    check("identity_person", "person_capacity_known", subject_id=9001, capacity="some", capacity_since=PAST),
    check("identity_person", "person_died_after_birth", subject_id=9001, born=PAST, died=LONG_PAST),
    check("identity_person", "person_subject_positive", subject_id=0),
    check("identity_user", "user_role_known", id=9001, login="x", role="root"),
    check("records_batch", "batch_counts_add_up", id=9001, token=FRESH, read=1),
    check("records_batch", "batch_finished_iff_ended", id=9001, token=FRESH, finished_at=PAST),
    check("records_batch", "batch_state_known", id=9001, token=FRESH, state="lost", finished_at=PAST),
    check("records_check_rule", "rule_severity_known", version=99, severity="shrug"),
    check("records_payload", "payload_salted", version=99, salt="\\x00"),
    check("records_version", "version_active_is_committed", record_id=999, commitment=None),
    check("records_version", "version_commitment_length", record_id=999, commitment="\\x00"),
    check("records_version", "version_erased_after_shown", record_id=999, erase_on="2026-11-01", shown_until="2098-01-01"),
    check("records_version", "version_from_one", record_id=999, version=0),
    check("records_version", "version_not_shown_before_decided", record_id=999, final=PAST, shown_from=PAST),
    check("records_version", "version_not_shown_before_final", record_id=999, shown_from="2026-08-20", decided="2026-08-20"),
    check("records_version", "version_shown_in_order", record_id=999, shown_until=PAST),
    check("records_version", "version_state_known", record_id=999, state="lost"),
    check("records_waiting", "waiting_digest_keyed", id=9001, digest="\\x00"),
))  # fmt: skip
