"""What the views of the public and of auditors leave out: condition by condition."""

from tests.system import showing as s
from tests.system.guards import Clause, Guard

GUARDS: dict[str, Guard] = {}
LIVE = "l.valid_from <= d.today AND d.today < l.valid_until"
KEYED = "encode(substr(sha256(k.outer_pad || sha256(k.inner_pad || convert_to('audit/' || a.subject_id, 'UTF8'))), 1, 16), 'hex')"

CLAUSES: dict[str, Clause] = {
    "public edition: not to come": Clause("public_edition", "e.valid_from <= d.today AND", "", s.see_an_edition_to_come),
    "public edition: not ended": Clause("public_edition", "(e.valid_until IS NULL OR d.today < e.valid_until)", "true",
                                        s.see_an_edition_that_ended),
    "public edition: whole": Clause("public_edition", "AND e.sealed_at IS NOT NULL", "", s.see_an_open_edition_in_force),
    "public archive: whole": Clause("public_every_edition", "WHERE e.sealed_at IS NOT NULL", "", s.see_an_open_edition),
    "public comment: answered": Clause("public_comment", "WHERE c.answered_at IS NOT NULL", "", s.see_an_unanswered_comment),
    "public draft: not returned": Clause("public_draft_item", "WHERE NOT c.returned", "", s.see_a_returned_draft),
    "public draft: put up for comments": Clause("public_consultation", "WHERE s.kind = 'consult'", "",
                                                s.see_a_draft_before_its_consultation),
    "public item: laws not ended": Clause("public_item", "AND d.today < l.valid_until", "", s.see_an_item_whose_laws_ended),
    "public item: laws not to come": Clause("public_item", "AND l.valid_from <= d.today", "", s.see_an_item_before_its_law),
    "public item: this edition's": Clause("public_item", "p ON p.code = e.code", "p ON true", s.see_an_item_of_another_edition),
    "public basis: not ended": Clause("public_item_basis", "AND d.today < s.valid_until", "", s.see_a_basis_that_ended),
    "public basis: not to come": Clause("public_item_basis", "AND s.valid_from <= d.today", "", s.see_a_basis_to_come),
    "public purpose: not ended": Clause("public_item_purpose", "AND d.today < o.valid_until", "", s.see_a_purpose_whose_laws_ended),
    "public purpose: not to come": Clause("public_item_purpose", "o.valid_from <= d.today AND", "", s.see_a_purpose_to_come),
    "public unit: not ended": Clause("public_organisation", "(o.valid_until IS NULL OR d.today < o.valid_until)", "true",
                                     s.see_a_unit_that_ended),
    "public unit: not to come": Clause("public_organisation", "o.valid_from <= d.today AND", "", s.see_a_unit_to_come),
    "public unit: hands in": Clause("public_organisation", "o.kind IN (SELECT unnest(v.provider_kinds)",
                                    "o.kind NOT IN (SELECT ''",
                                    s.see_who_hands_nothing_in),
    "public unit: for a live item": Clause("public_organisation", LIVE, "l.valid_from <= d.today", s.see_whom_no_item_in_force_names),
    "public unit: for an item begun": Clause("public_organisation", LIVE, "d.today < l.valid_until", s.see_whom_no_item_names_yet),
    "public unit: no licence needed": Clause("public_organisation", "n.kind = o.kind AND", "false AND", s.see_who_needs_a_licence),
    "public unit: no look past the barrier": Clause("public_organisation", " WITH (security_barrier)", "", s.blows_up_on_a_hidden_unit),
    "audit: found or not": Clause("audit_access", "CASE a.outcome WHEN 'empty' THEN 'answered' ELSE a.outcome END AS outcome",
                                  "a.outcome::varchar AS outcome", s.tell_whether_anything_was_found),
    "audit: who": Clause("audit_access", KEYED, "a.subject_id::text", s.tell_who_was_asked_about),
    "audit: keyed": Clause("audit_access", "k.outer_pad || sha256(k.inner_pad || convert_to('audit/' || a.subject_id, 'UTF8'))",
                           "convert_to('audit/' || a.subject_id, 'UTF8')", s.tell_who_was_asked_about),
    "audit: nobody": Clause("audit_access", "WHEN a.subject_id <> 0", "WHEN true", s.tell_the_unknown_by_their_sentinel),
    "audit: persons' sessions": Clause("audit_session", "WHERE u.organisation_id IS NOT NULL", "", s.see_a_persons_session),
    "audit: persons' accounts": Clause("audit_officer", "JOIN identity_organisation o", "LEFT JOIN identity_organisation o",
                                       s.see_a_persons_account),
}  # fmt: skip
