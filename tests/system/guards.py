"""What guards the database, object by object: how to take it away, and the attack that then gets through."""

from dataclasses import dataclass
from uuid import UUID

from chengxin.demo.organisations import organisation_code
from tests.system import administering as d
from tests.system import attacks as a
from tests.system import keys as k
from tests.system import populating as p
from tests.system import writings as w
from tests.system.attacks import Attack, change_wholly, clones

FRESH = str(UUID(int=99))
FREE_CODE = organisation_code("department", 999)


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


def holds(table: str, name: str, attack: Attack) -> tuple[str, Guard]:
    """A CHECK that a cloned row would not come to, since a trigger stands before it."""
    return f"check {table}.{name}", Guard(
        attack, f"ALTER TABLE {table} DROP CONSTRAINT {name}", f'violates check constraint "{name}"'
    )


def trigger(table: str, name: str, attack: Attack, refusal: str) -> tuple[str, Guard]:
    return f"trigger {table}.{name}", Guard(attack, f"DROP TRIGGER {name} ON {table}", refusal)


def policy(table: str, name: str, attack: Attack, refusal: str = "") -> tuple[str, Guard]:
    return f"policy {table}.{name}", Guard(attack, f"DROP POLICY {name} ON {table}", refusal, lets=True)


def row_security(table: str, attack: Attack) -> tuple[str, Guard]:
    return f"row security {table}", Guard(attack, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


APPEND = "is append-only"
HASH = "\\x" + "ab" * 32
NOT_CURRENT, ANEW, ENDS = "not the current one", "hash, tag and key are made anew together", "a rotation ends once"
PAST, LONG_PAST, LATER = "1999-01-01", "1998-01-01", "2099-01-01"
GUARDS: dict[str, Guard] = dict((
    policy("records_version", "gate", a.see_the_shown),
    policy("records_payload", "gate", a.see_a_payload),
    policy("records_version", "intake_batch", w.write_a_sound_version, "row-level security"),
    policy("records_payload", "intake_payload", w.write_a_payload, "row-level security"),
    policy("records_version", "eraser_due", a.see_what_is_due),
    policy("records_payload", "eraser_sees", a.erase_what_is_due),
    policy("records_payload", "eraser_erases", a.erase_what_is_due),
    row_security("records_version", a.see_the_expired),
    row_security("records_payload", a.see_a_hidden_payload),
    trigger("identity_person", "person_adult", w.enter_a_minor, "a person under 18 is no subject"),
    trigger("identity_person", "person_adult_after_change", w.make_an_adult_a_minor, "a person under 18 is no subject"),
    trigger("records_version", "version_guarded", w.write_against_a_person_without_capacity, "without full capacity"),
    trigger("records_batch", "batch_stays_finished", w.open_a_closed_batch, "a finished batch stays as it is"),
    trigger("records_payload", "payload_guarded", w.write_a_payload_of_no_version, "values of no active version"),
    trigger("records_payload", "payload_erasure", a.erase_as_owner, "erased by the eraser role alone"),
    trigger("records_layout", "layout_append_only", change_wholly("records_layout", "item_id"), APPEND),
    trigger("records_payload", "payload_append_only", change_wholly("records_payload", "body"), APPEND),
    trigger("records_version", "version_append_only", change_wholly("records_version", "state"), APPEND),
    trigger("records_finding", "finding_append_only", change_wholly("records_finding", "rule"), APPEND),
    trigger("ground_access_entry", "access_entry_append_only", change_wholly("ground_access_entry", "reason"), APPEND),
    trigger("sharing_report", "report_append_only", change_wholly("sharing_report", "number"), APPEND),
    trigger("ground_action", "action_append_only", change_wholly("ground_action", "act"), APPEND),
    trigger("ground_action", "action_on_time", d.note_of_tomorrow, "when it is done"),
    trigger("identity_role_grant", "grant_guarded", d.granting_by("clerk"), "only a security administrator grants"),
    trigger("identity_role_grant", "grant_withdrawal_guarded", d.lengthen_a_grant, "changed in nothing else"),
    trigger("identity_role_grant", "grant_stays", d.delete_grants, APPEND),
    trigger("identity_role_use", "use_guarded", d.uses(days=1), "noted on its day"),
    trigger("identity_user", "user_stays_closed", d.come_back, "a closed account stays closed"),
    trigger("identity_person", "person_sealed", k.inserts("identity_person", subject_id=9001, key_id=k.NEXT), NOT_CURRENT),
    trigger("identity_person", "person_sealed_anew", k.tries(k.RESEAL, k.NEXT), NOT_CURRENT),
    trigger("identity_person", "person_sealed_wholly", k.half_a_seal, "sealed under one key"),
    trigger("identity_code", "code_hashed", k.inserts("identity_code", code_hash=HASH, key_id=k.NEXT), "not the hash key"),
    trigger("identity_code", "code_hashed_anew", k.tries(k.REHASH, k.NEXT), "not the hash key"),
    trigger("identity_code", "code_hashed_wholly", k.hash_without_tag, ANEW),
    trigger("identity_vault_key", "key_guarded", k.retire_what_is_pointed_to, "that is pointed to"),
    trigger("identity_vault_key", "key_stays", k.tries("DELETE FROM identity_vault_key WHERE false", before=()), APPEND),
    trigger("identity_key_pointers", "pointers_guarded", k.move_the_anchor, "the anchor never moves"),
    trigger("identity_key_pointers", "pointers_stay", k.tries("DELETE FROM identity_key_pointers WHERE false", before=()), APPEND),
    trigger("identity_key_rotation", "rotation_guarded", k.end_with_a_former, ENDS),
    trigger("identity_key_rotation", "rotation_stays", k.tries("DELETE FROM identity_key_rotation WHERE false", before=()), APPEND),
    trigger("records_waiting", "waiting_sealed", k.inserts("records_waiting", id=9001, digest=HASH, key_id=k.NEXT), NOT_CURRENT),
    trigger("records_waiting", "waiting_sealed_anew", k.tries("UPDATE records_waiting SET key_id = %s", k.NEXT), NOT_CURRENT),
    check("identity_vault_key", "vault_key_suite_known", key_id="x", suite="rot13"),
    check("identity_key_pointers", "key_pointers_once", id=2),
    check("identity_code", "code_sealed_names_its_key", code_hash=HASH, code_sealed="\\x00"),
    *(trigger(f"identity_{table}", f"{name}_append_only", change_wholly(f"identity_{table}", column), APPEND) for table, name, column in (
        ("population_dropped", "dropped", "sequence"), ("population_snapshot", "snapshot", "rows"),
        ("withdrawn_code", "withdrawn", "until_rank"), ("capacity", "capacity", "since"), ("attestation", "attestation", "level"))),
    trigger("identity_population_call", "call_guarded", p.calls(authority=False), "only the population authority"),
    trigger("identity_population_call", "call_stays", p.truncates("identity_population_call"), APPEND),
    holds("identity_population_call", "call_state_known", p.finishes_a_call("state = 'lost', finished_at = now()")),
    holds("identity_population_call", "call_finished_iff_ended", p.finishes_a_call("state = 'done'")),
    holds("identity_population_call", "call_has_events", p.calls(events=0)),
    trigger("identity_population_event", "event_append_only", p.truncates("identity_population_event"), APPEND),
    trigger("identity_population_event", "event_stays", p.rewrites("kind", "kind"), APPEND),
    trigger("identity_population_event", "event_sealed", k.inserts("identity_population_event", id=9001, event_id="x", key_id=k.NEXT),
            NOT_CURRENT),
    trigger("identity_population_event", "event_sealed_anew", p.seal_with_another_key("identity_population_event"), NOT_CURRENT),
    trigger("identity_population_parked", "parked_sealed",
            k.inserts("identity_population_parked", id=9001, event_id="x", sequence=9, key_id=k.NEXT), NOT_CURRENT),
    trigger("identity_population_parked", "parked_sealed_anew", p.seal_with_another_key("identity_population_parked"), NOT_CURRENT),
    trigger("identity_population_parked", "parked_stays", p.lose_a_parked_event, "goes only by being applied"),
    trigger("identity_population_parked", "parked_whole", p.truncates("identity_population_parked"), APPEND),
    trigger("identity_code", "code_keeps_its_subject", p.move_a_code, "moved to no other subject"),
    trigger("identity_code", "code_stays", p.take_a_code_away, "only by being kept as withdrawn"),
    trigger("identity_code", "code_whole", p.truncates("identity_code"), APPEND),
    trigger("identity_person", "person_stays_judged", p.forget_that_somebody_was_judged, "stays one whose days are asked for"),
    trigger("identity_capacity", "capacity_marks_its_person", p.tell_against_an_unmarked_person, "marks the person"),
    check("catalogue_law", "law_validity_ordered", code="x", valid_from=PAST, valid_until=LONG_PAST),
    check("catalogue_purpose", "purpose_needs_known", id=9001, code="x", needs="curiosity"),
    check("ground_action", "action_names_its_act", id=9001, act="", at="now"),
    check("ground_access_entry", "access_answer_has_reason", entry_id=FRESH, basis=""),
    check("ground_access_entry", "access_outcome_known", entry_id=FRESH, outcome="lost", reason="x", record_ids=[], versions=[]),
    check("ground_access_entry", "access_refusal_has_no_records", entry_id=FRESH, outcome="refused", reason="x"),
    check("ground_access_entry", "access_refusal_has_reason", entry_id=FRESH, outcome="failed", record_ids=[], versions=[]),
    check("ground_access_entry", "access_versions_paired", entry_id=FRESH, versions=[1, 2]),
    check("identity_code", "code_hash_is_keyed_hash", code_hash="\\x00"),
    check("identity_organisation", "organisation_code_form", id=9001, code="91140100"),
    check("identity_organisation", "organisation_kind_known", id=9001, code=FREE_CODE, kind="club"),
    check("identity_organisation", "organisation_validity_ordered", id=9001, code=FREE_CODE, valid_until=PAST),
    check("identity_attestation", "attestation_authority_form", rank=9, authority="x"),
    check("identity_attestation", "attestation_level_known", rank=9, level="perfect"),
    check("identity_attestation", "attestation_method_known", rank=9, method="blood"),
    check("identity_capacity", "capacity_known", rank=9, capacity="some"),
    check("identity_person", "person_capacity_dated", subject_id=9001, capacity="none", capacity_since=None, judged=True),
    check("identity_person", "person_capacity_known", subject_id=9001, capacity="some", capacity_since=PAST, judged=True),
    check("identity_person", "person_incapable_is_judged", subject_id=9001, capacity="none", capacity_since=PAST, judged=False),
    check("identity_population_dropped", "dropped_positive", sequence=0),
    check("identity_population_event", "event_digest_keyed", id=9001, event_id="x", digest="\\x00"),
    check("identity_population_event", "event_id_form", id=9001, event_id="事件 1"),
    check("identity_population_event", "event_kind_known", id=9001, event_id="x", kind="birthday"),
    check("identity_population_event", "event_place", id=9001, event_id="x", sequence=-1),
    check("identity_population_parked", "parked_mark_keyed", id=9001, event_id="x", sequence=9, code_mark="\\x00"),
    check("identity_population_parked", "parked_reason_known", id=9001, event_id="x", sequence=9, reason="mood"),
    check("identity_population_snapshot", "snapshot_place", edition=0),
    check("identity_withdrawn_code", "withdrawn_mark_keyed", code_mark="\\x00"),
    check("identity_person", "person_subject_positive", subject_id=0),
    holds("identity_role_grant", "grant_role_known", d.grants(role="root")),
    holds("identity_role_grant", "grant_for_a_term", d.for_days(367)),
    holds("identity_role_grant", "grant_has_reason", d.grants(reason="")),
    holds("identity_role_grant", "grant_to_another", d.grant_to_oneself_for_later),
    holds("identity_role_grant", "grant_withdrawal_has_reason", d.withdraws(reason="")),
    check("records_batch", "batch_counts_add_up", id=9001, token=FRESH, read=1),
    check("records_batch", "batch_finished_iff_ended", id=9001, token=FRESH, finished_at=PAST),
    check("records_batch", "batch_state_known", id=9001, token=FRESH, state="lost", finished_at=PAST),
    check("records_check_rule", "rule_severity_known", version=99, severity="shrug"),
    ("check records_payload.payload_salted", Guard(w.write_a_payload_without_salt,
        "ALTER TABLE records_payload DROP CONSTRAINT payload_salted", "violates check constraint")),
    check("records_version", "version_active_is_committed", record_id=999, commitment=None),
    check("records_version", "version_commitment_length", record_id=999, commitment="\\x00"),
    check("records_version", "version_erased_after_shown", record_id=999, state="sealed", shown_until="2098-01-01", erase_on="2097-01-01"),
    check("records_version", "version_from_one", record_id=999, version=0),
    check("records_version", "version_not_shown_before_decided", record_id=999, final=PAST, shown_from=PAST),
    check("records_version", "version_not_shown_before_final", record_id=999, state="sealed", decided=PAST, shown_from="2000-01-01"),
    check("records_version", "version_shown_in_order", record_id=999, shown_until=PAST),
    check("records_version", "version_state_known", record_id=999, state="lost"),
    check("records_waiting", "waiting_digest_keyed", id=9001, digest="\\x00"),
))  # fmt: skip


@dataclass(frozen=True)
class Clause:
    """One condition of a policy or function in a file of locks: what it reads without it, and the attack that then gets through."""

    statement: str
    text: str
    without: str
    attack: Attack
    refusal: str = ""


ON, TODAY = "current_setting('cx.on')::date", "(transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date"
SUPERSEDED = """NOT EXISTS (
        SELECT FROM records_superseded s"""
NOBODY, GAP = "a record stands against nobody", "a version without the one before it"
ENDLESS, VALUES = "for longer than any law allows", "values of no active version"
GRANTS, BESIDE = "only a security administrator grants", "may not stand beside"
BASIS, BATCH, DUE_ONLY = "no legal basis in force", "a batch that is open", "v.version = records_payload.version"
INCAPABLE = "identity_incapable(f.subject_id, 'infinity', ARRAY[today, f.decided, f.ended])"
INCAPABLE_THEN = "identity_incapable(v.subject_id, known_at, ARRAY[on_day, v.decided, v.ended])"
INCAPABLE_TODAY = f"ARRAY[{TODAY},"
CLAUSES: dict[str, Clause] = {
    "gate: state": Clause("gate", "state = 'active'", "true", a.see_the_repaired),
    "gate: beginning": Clause("gate", f"shown_from <= least({ON}, {TODAY})", "true", a.see_tomorrow_today),
    "gate: never ahead": Clause("gate", f"shown_from <= least({ON}, {TODAY})", f"shown_from <= {ON}", a.see_tomorrow_as_of_tomorrow),
    "gate: end": Clause("gate", f"shown_until > greatest({ON}, {TODAY})", "true", a.see_the_expired),
    "gate: never behind": Clause("gate", f"shown_until > greatest({ON}, {TODAY})", f"shown_until > {ON}",
                                 a.see_the_expired_as_of_yesterday),
    "gate: purpose": Clause("gate_items", "o.purpose_id = current_setting('cx.purpose')::bigint", "true", a.see_what_another_purpose_sees),
    "gate: law begins": Clause("gate_items", f"o.valid_from <= least({ON}, {TODAY})", "true", a.see_what_gets_its_law_tomorrow),
    "gate: law never ahead": Clause("gate_items", f"o.valid_from <= least({ON}, {TODAY})", f"o.valid_from <= {ON}",
                                    a.see_what_gets_its_law_tomorrow_as_of_tomorrow),
    "gate: law of the item": Clause("gate_items", f"o.valid_until > greatest({ON}, {TODAY})", "true", a.see_though_the_items_laws_ended),
    "gate: law of the purpose": Clause("gate_items", f"o.valid_until > greatest({ON}, {TODAY})", "true",
                                       a.see_though_the_purposes_laws_ended),
    "gate: law never behind": Clause("gate_items", f"o.valid_until > greatest({ON}, {TODAY})", f"o.valid_until > {ON}",
                                     a.see_a_day_back_what_lost_its_law_today),
    "gate: superseded": Clause("gate", SUPERSEDED, f"true OR {SUPERSEDED}", a.see_the_superseded),
    "gate: incapable today": Clause("gate", INCAPABLE_TODAY, "ARRAY[",
                                    p.sees_after(1, None, on=10)),
    "gate: incapable on the day asked for": Clause("gate", f"{ON}, decided, ended]", "decided, ended]", p.sees_after(20, 5, on=10)),
    "gate: incapable when decided": Clause("gate", f"{ON}, decided, ended]", f"{ON}, ended]", p.sees_after(101, 99)),
    "gate: incapable when acting": Clause("gate", f"{ON}, decided, ended]", f"{ON}, decided]", p.sees_after(141, 139)),
    "gate: incapable though not graded": Clause("gate", "OR item_id IN (SELECT i.item_id", "OR false AND item_id IN (SELECT i.item_id",
                                                p.see_an_entry_of_the_courts_list),
    "gate: incapable whatever the item": Clause("gate", "(grade <> '' OR item_id IN", "(item_id IN", p.see_an_honour_with_a_grade),
    "incapable: the later word": Clause("incapable", "ORDER BY c.rank DESC", "ORDER BY c.rank", p.see_after_an_older_word),
    "incapable: words that have begun": Clause("incapable", "c.since <= asked.day AND", "", p.see_ahead_of_what_begins_tomorrow),
    "code: its kind": Clause("guard_code_trigger", "(NEW.subject_id, NEW.code_type)", "(NEW.subject_id, OLD.code_type)",
                             p.change_the_kind_of_a_code, "moved to no other subject"),
    "code: the one that is kept": Clause("guard_code", "IS DISTINCT FROM encode(OLD.code_hash, 'hex')", "IS NULL",
                                         p.take_away_another_code_than_is_kept, "only by being kept as withdrawn"),
    "event: in nothing but its seal": Clause("guard_event_trigger", "NEW.edition, NEW.kind", "NEW.edition, OLD.kind",
                                             p.rewrites("kind", "'death'", in_its_shadow=True), APPEND),
    "call: of a live client": Clause("guard_call", "l.client_id = NEW.client AND", "", p.calls("c-nobody"), "only the population"),
    "call: received before it is finished": Clause("guard_call", "NEW.state <> 'received' OR", "",
                                                   p.calls(state="done", finished_at=LATER), "received before"),
    "call: not ahead of time": Clause("guard_call", "OR NEW.received_at > clock_timestamp()", "",
                                      p.calls(received_at=LATER), "received before"),
    "call: finished once": Clause("guard_call", "OLD.state <> 'received'", "false", p.finishes_a_call(times=2), "finished once"),
    "call: changed in nothing else": Clause("guard_call", "OLD.received_at, OLD.events)", "OLD.received_at, NEW.events)",
                                            p.finishes_a_call("state = 'done', finished_at = now(), events = 2"), "finished once"),
    "parked: the event itself": Clause("guard_parked", "AND e.digest = g.digest", "", p.lose_a_parked_event_for_another,
                                       "only by being applied"),
    "capacity: marked": Clause("guard_capacity", "AND p.judged", "", p.tell_against_an_unmarked_person, "marks the person"),
    "past: incapable on the day": Clause("as_of", INCAPABLE_THEN, INCAPABLE_THEN.replace("on_day, ", ""), p.look_back_after(60, 40)),
    "past: incapable when decided": Clause("as_of", INCAPABLE_THEN, INCAPABLE_THEN.replace("v.decided, ", ""), p.look_back_after(101, 99)),
    "past: incapable when acting": Clause("as_of", INCAPABLE_THEN, INCAPABLE_THEN.replace(", v.ended", ""), p.look_back_after(141, 139)),
    "gate of payloads": Clause("gate_payload", DUE_ONLY, f"{DUE_ONLY} OR true", a.see_a_hidden_payload),
    "intake's own batch": Clause("intake_writes_its_batch", "batch_id = (SELECT current_setting('cx.batch')::integer)", "true",
                                 w.write_of_an_unannounced_batch, "row-level security"),
    "eraser: due": Clause("eraser_reaches_what_is_due", f"erase_on <= {TODAY}", "true", a.erase_what_is_not_due),
    "eraser: blindly": Clause("eraser_reaches_what_is_due", DUE_ONLY, f"{DUE_ONLY} OR true", a.erase_blindly),
    "version: law on the document's day": Clause("guard_versions", "f.decided <@ d.days", "true",
                                                 w.write_without_law_on_the_day_of_the_document, BASIS),
    "version: law on the day of collection": Clause("guard_versions", "today < valid_until", "true",
                                                    w.write_after_the_laws_repeal, BASIS),
    "version: law on the database's own day": Clause("guard_versions", "today < valid_until", "true",
                                                     w.write_after_the_laws_repeal_as_if_before, BASIS),
    "version: edition begun": Clause("guard_versions", "valid_from <= today", "true", w.write_before_the_edition_begins, BASIS),
    "version: not known before it is told": Clause("guard_versions", "told.recorded_at > clock_timestamp()", "false",
                                                   w.write_what_is_known_in_an_hour, "a moment to come"),
    "version: known person": Clause("guard_versions", "f.nobody OR", "", w.writes(subject_id=987654), NOBODY),
    "version: adverse in effect": Clause("guard_versions", "(a.item_id IS NOT NULL OR f.grade <> '')", "(a.item_id IS NOT NULL)",
                                         w.write_an_honour_with_a_grade, NOBODY),
    "version: end of the act": Clause("guard_versions", "f.ended IS NULL OR", "", w.writes(ended=None), NOBODY),
    "version: finality": Clause("guard_versions", "f.final IS NULL OR", "", w.writes(final=None), NOBODY),
    "version: final today": Clause("guard_versions", "f.final > today", "false", w.write_what_is_final_tomorrow, NOBODY),
    "version: capacity": Clause("guard_versions", f"p.judged AND {INCAPABLE}", "false", w.write_against_a_person_without_capacity, NOBODY),
    "version: capacity today": Clause("guard_versions", INCAPABLE, INCAPABLE.replace("today, ", ""), p.writes_after(1, None), NOBODY),
    "version: capacity on the day of the document": Clause("guard_versions", INCAPABLE, INCAPABLE.replace("f.decided, ", ""),
                                                           p.writes_after(101, 99), NOBODY),
    "version: capacity when acting": Clause("guard_versions", INCAPABLE, INCAPABLE.replace(", f.ended", ""),
                                            p.writes_after(141, 139), NOBODY),
    "version: act before 18": Clause("guard_versions", "f.ended < identity_turns_18(p.born)", "false", w.write_an_act_before_18, NOBODY),
    "version: display": Clause("guard_versions", "OR f.shown_until > f.decided + m.shown", "",
                               w.write_what_shows_for_longer_than_its_grade, ENDLESS),
    "version: known grade": Clause("guard_versions", "m.shown IS NULL AND f.active", "false", w.writes(grade="huge"), ENDLESS),
    "version: retention": Clause("guard_versions", "f.overkept OR", "", w.write_what_is_kept_for_longer_than_five_years, ENDLESS),
    "version: retention from the act": Clause("guard_versions", "least(f.ended, f.decided)", "f.decided",
                                              w.write_what_is_kept_for_five_years_from_the_document, ENDLESS),
    "display: terms begun": Clause("adverse_display", f"valid_from <= {TODAY}", "true", w.write_under_a_display_term_to_come, ENDLESS),
    "retention: terms begun": Clause("adverse_retention", f"valid_from <= {TODAY}", "true",
                                     w.write_under_a_retention_term_to_come, ENDLESS),
    "payload: open batch": Clause("guard_payloads", "AND state = 'received'", "", w.put_back_what_was_erased, VALUES),
    "payload: announced": Clause("guard_payloads", "AND v.batch_id = batch", "", w.write_a_payload_without_batch, VALUES),
    "payload: the batch's own": Clause("guard_payloads", "AND v.batch_id = batch", "", w.write_a_payload_of_another_batch, VALUES),
    "payload: active": Clause("guard_payloads", "AND v.state = 'active'", "", w.write_a_payload_of_the_withdrawn, VALUES),
    "payload: version": Clause("guard_payloads", "AND v.version = f.version", "", w.write_a_payload_of_a_later_version, VALUES),
    "payload: record": Clause("guard_payloads", "AND v.record_id = f.record_id", "", w.write_a_payload_of_another_record, VALUES),
    "payload: person": Clause("guard_payloads", "v.subject_id = f.subject_id", "true", w.write_a_payload_of_another_person, VALUES),
    "version: open batch": Clause("guard_versions", "AND b.state = 'received'", "", w.write_for_a_closed_batch, BATCH),
    "version: the batch's item": Clause("guard_versions", "AND b.item_id = f.item_id", "", w.write_another_item_for_the_batch, BATCH),
    "version: no gap": Clause("guard_versions", "AND v.version = f.version - 1", "AND v.version < f.version", w.write_with_a_gap, GAP),
    "version: closed for good": Clause("guard_versions", "ELSE f.state <> 'active' END", "ELSE true END",
                                       w.write_after_withdrawal, GAP),
    "version: one item for good": Clause("guard_versions", "AND v.item_id = f.item_id\n", "\n",
                                         w.write_the_next_version_as_another_item, GAP),
    "version: notes what it supersedes": Clause("guard_versions", "FROM fresh WHERE version > 1;", "FROM fresh WHERE false;",
                                                w.hide_the_older_version),
    "past: purpose": Clause("as_of", "AND p.past_view", "", a.look_back_without_right, "may not look back"),
    "past: no future": Clause("as_of", f"on_day > {TODAY}", "false", a.look_back_at_tomorrow, "a day to come is no past"),
    "past: beginning": Clause("as_of", "v.shown_from <= on_day AND", "", a.look_back_before_the_beginning),
    "past: end": Clause("as_of", "on_day < v.shown_until", "true", a.look_back_after_the_end),
    "past: superseded": Clause("as_of", "AND s.version = v.version AND", "AND false AND", a.look_back_at_what_was_superseded),
    "past: known": Clause("as_of", "AND v.recorded_at <= known_at AND", "AND", a.look_back_at_what_was_unknown),
    "past: state": Clause("as_of", "v.state = 'active'", "true", a.look_back_at_the_repaired),
    "past: law": Clause("as_of", "on_day < o.valid_until", "true", a.look_back_at_a_day_without_law),
    "grant: by somebody": Clause("guard_grant", "NEW.granted_by_id IS NULL AND", "false AND", d.grants(granted_by_id=None), "by somebody"),
    "grant: by the security administrator": Clause("guard_grant", "AND r.role = 'security_admin'", "", d.granting_by("system"), GRANTS),
    "grant: not from yesterday": Clause("guard_grant", "NEW.valid_from < today OR", "", d.grant_from_yesterday, "today at the earliest"),
    "grant: not told tomorrow": Clause("guard_grant", "NEW.granted_at > clock_timestamp() OR", "", d.grant_as_if_told_tomorrow,
                                       "today at the earliest"),
    "grant: not once more": Clause("guard_grant", "g.role = NEW.role OR", "", d.grant_beside("clerk", "clerk"), BESIDE),
    "grant: nothing beside an administrator": Clause("guard_grant", "OR g.role LIKE '%\\_admin'", "", d.grant_beside("officer", "audit"),
                                                     BESIDE),
    "grant: no administrator beside an officer": Clause("guard_grant", "OR NEW.role LIKE '%\\_admin'", "",
                                                        d.grant_beside("audit_admin", "clerk"), BESIDE),
    "right: of one who is here": Clause("right", "AND o.is_active", "", d.grant_after_leaving, GRANTS),
    "right: not withdrawn": Clause("right", "g.withdrawn_at IS NULL", "true", d.grant_after_withdrawal, GRANTS),
    "right: begun": Clause("right", f"AND g.valid_from <= {TODAY}", "", d.grant_before_the_beginning, GRANTS),
    "right: not ended": Clause("right", f"AND g.valid_until > {TODAY}", "", d.grant_after_the_end, GRANTS),
    "right: used": Clause("right", f"AND coalesce(u.last_used, g.valid_from) > {TODAY} - 90", "", d.grant_unused_for_ninety_days, GRANTS),
    "use: on its day": Clause("guard_use", f"NEW.last_used <> {TODAY}", "false", d.uses(days=1), "noted on its day"),
    "use: of what is in force": Clause("guard_use", "NOT EXISTS (SELECT FROM identity_right r WHERE r.grant_id = NEW.grant_id)", "false",
                                       d.use_what_lapsed, "while it is in force"),
    "lapse: what has ended": Clause("withdraw_lapsed", "AND (g.valid_until <= ", "AND (true OR g.valid_until <= ",
                                   d.lapses_what_is_in_force),
    "lapse: of one officer": Clause("withdraw_lapsed", "AND (whose IS NULL OR g.user_id = whose)", "", d.lapses_anothers),
    "withdrawal: once": Clause("guard_withdrawal", "OLD.withdrawn_at IS NOT NULL", "false", d.withdraw_twice, "withdrawn once"),
    "withdrawal: by somebody": Clause("guard_withdrawal", "NEW.withdrawn_by_id IS NULL AND current_user <> '{owner}'", "false",
                                      d.withdraws(by=None), "only a security administrator withdraws"),
    "withdrawal: by the security administrator": Clause("guard_withdrawal", "AND r.role = 'security_admin'", "", d.withdraws(by="system"),
                                                        "only a security administrator withdraws"),
    "action: not of yesterday": Clause("guard_action", "OR NEW.at < transaction_timestamp() - interval '1 hour'", "",
                                       d.note_of_yesterday, "when it is done"),
    "fate: a view": Clause("fate", "c.relkind <> 'r' OR", "", a.fool_the_fate_by_a_view, "no plain table"),
    "fate: a policy": Clause("fate", "c.relrowsecurity OR", "", a.fool_the_fate_by_a_policy, "no plain table"),
    "fate: a type": Clause("fate", "OR t.typnamespace <> 'pg_catalog'::regnamespace", "", a.fool_the_fate_by_a_type, "no plain table"),
    "newest: temporary objects last": Clause("record_state", "public, pg_temp", "public", a.shadow_the_ledger),
    "person: whole seal, the code": Clause("person_sealed_wholly", "NEW.code_sealed = OLD.code_sealed OR", "", k.half_a_seal,
                                           "sealed under one key"),
    "person: whole seal, the name": Clause("person_sealed_wholly", "OR NEW.name_sealed = OLD.name_sealed", "",
                                           k.half_a_seal_of_the_code, "sealed under one key"),
    "person: no old box": Clause("guard_persons_resealed", "SELECT subject_id, key_id, code_sealed, name_sealed FROM gone",
                                 "SELECT subject_id, key_id, f.code_sealed, name_sealed FROM gone JOIN fresh f USING (subject_id, "
                                 "key_id, name_sealed)", k.old_box_put_back, NOT_CURRENT),
    "code: another code's seal": Clause("guard_hashes", "seal_key_id <> (SELECT current FROM identity_key_pointers)", "false",
                                        k.inserts("identity_code", code_hash=HASH, code_sealed="\\x00", seal_key_id=k.NEXT), NOT_CURRENT),
    "code: key with its hash": Clause("code_hashed_wholly", "(NEW.code_hash = OLD.code_hash) <> (NEW.key_id = OLD.key_id)", "false",
                                      k.key_without_hash, ANEW),
    "code: hash with its key": Clause("code_hashed_wholly", "(NEW.code_hash = OLD.code_hash) <> (NEW.key_id = OLD.key_id)", "false",
                                      k.hash_without_key, ANEW),
    "code: tag with its hash": Clause("code_hashed_wholly", "OR NEW.key_id <> OLD.key_id AND NEW.name_tag = OLD.name_tag", "",
                                      k.hash_without_tag, ANEW),
    "code: under the hash key": Clause("guard_codes_rehashed", "WHERE key_id IS DISTINCT FROM present.hash", "WHERE false",
                                       k.tries(k.REHASH, k.NEXT), "not the hash key"),
    "code: sealed anew": Clause("guard_codes_rehashed", "WHERE seal_key_id <> present.current", "WHERE false",
                                k.seal_a_code_with_another_key, NOT_CURRENT),
    "key: out of use once": Clause("guard_key", "OLD.retired_at IS NOT NULL OR", "", k.retire_twice, "out of use once"),
    "key: out of use for good": Clause("guard_key", "OR NEW.retired_at IS NULL", "", k.touch_without_retiring, "out of use once"),
    "key: not changed": Clause("guard_key", "OR (NEW.key_id,", "OR false AND (NEW.key_id,", k.change_a_check_value, "out of use once"),
    "key: not pointed to": Clause("guard_key", "OLD.key_id IN (anchor, hash, former, current)", "false", k.retire_what_is_pointed_to,
                                  "that is pointed to"),
    "key: not needed": Clause("guard_key", "IF identity_needs_key(OLD.key_id)", "IF false", k.retire_what_is_needed,
                              "something is sealed or hashed"),
    "key: not needed by another code": Clause("needs_key", "IN ('key_id', 'seal_key_id')", "IN ('key_id')",
                                              k.retire_what_another_code_needs, "something is sealed or hashed"),
    "pointers: to what is there": Clause("guard_pointers", "WHERE NOT EXISTS (SELECT FROM identity_vault_key k", "WHERE false AND NOT "
                                         "EXISTS (SELECT FROM identity_vault_key k", k.point_to_nothing, "leads to a key in use"),
    "pointers: to what is in use": Clause("guard_pointers", "AND k.retired_at IS NULL", "", k.point_to_the_retired,
                                         "leads to a key in use"),
    "pointers: one change at a time": Clause("guard_pointers", "OLD.former <> '' OR", "", k.skip_a_hash_key, "moves onward"),
    "pointers: the former kept": Clause("guard_pointers", "OR NEW.former <> OLD.hash", "", k.lose_the_former, "moves onward"),
    "pointers: no former made up": Clause("guard_pointers", "OR NEW.hash = OLD.hash AND NEW.former NOT IN ('', OLD.former)", "",
                                          k.make_up_a_former, "moves onward"),
    "pointers: former not forgotten": Clause("guard_pointers", "EXISTS (SELECT FROM identity_code WHERE key_id = OLD.former)", "false",
                                             k.forget_the_former_early, "still stand under the former"),
    "rotation: ends once": Clause("guard_rotation", "OLD.finished_at IS NOT NULL OR", "", k.end_twice, ENDS),
    "rotation: ends for good": Clause("guard_rotation", "OR NEW.finished_at IS NULL", "", k.open_again, ENDS),
    "rotation: not rewritten": Clause("guard_rotation", "OR (NEW.id,", "OR false AND (NEW.id,", k.rewrite_a_rotation, ENDS),
    "rotation: no former left": Clause("guard_rotation", "OR EXISTS (SELECT FROM identity_key_pointers WHERE former <> '')", "",
                                       k.end_with_a_former, ENDS),
    "rotation: no hash left": Clause("guard_rotation", "OR identity_needs_key(NEW.from_hash) OR identity_needs_key(NEW.from_current)", "",
                                     k.end_with_a_code_left, ENDS),
    "rotation: no seal left": Clause("guard_rotation", "OR identity_needs_key(NEW.from_hash) OR identity_needs_key(NEW.from_current)", "",
                                     k.end_with_a_person_left, ENDS),
}  # fmt: skip
