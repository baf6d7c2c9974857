"""What keeps share links: making, looking, counting, ending; object by object and clause by clause; see ``guards``."""

from tests.system import linking as l_
from tests.system.attacks import Attack, change_wholly
from tests.system.guards import APPEND, Clause, Guard, holds, trigger

OWN, TERM, DIGEST, CODE = (
    "what is their own",
    "for its days and so many times",
    "a digest is all",
    "holds no identity code",
)
ITEMS, MANY, BEYOND, WORDS, OTHER = (
    "items in force",
    "links stand at a time",
    "beyond what the link lets",
    "without its link",
    "did not share",
)
STANDS = "WHERE sharing_link_state(k) = 'stands'"
GUARDS: dict[str, Guard] = dict((
    ("policy records_version.shared", Guard(l_.sees(otherwise=l_.with_link(items=["ZG-ZY"])), "DROP POLICY shared ON records_version")),
    ("policy records_payload.shared", Guard(l_.sees_values(l_.NOTHING), "DROP POLICY shared ON records_payload")),
    trigger("ground_access_entry", "access_entry_by_link", l_.looks(""), WORDS),
    trigger(l_.LINK, "link_guarded", l_.makes(days=31), TERM),
    trigger(l_.LINK, "link_append_only", l_.rewrites(l_.LINK, "number"), APPEND),
    trigger(l_.VIEW, "link_view_guarded", l_.counts_a_look(times=3), BEYOND),
    trigger(l_.VIEW, "link_view_append_only", change_wholly(l_.VIEW, "at"), APPEND),
    trigger(l_.TRY, "link_try_append_only", change_wholly(l_.TRY, "at"), APPEND),
    trigger(l_.END, "link_end_append_only", change_wholly(l_.END, "at"), APPEND),
    holds(l_.LINK, "share_link_shares_something", l_.past(items=[])),
))  # fmt: skip

CLAUSES: dict[str, Clause] = {
    "link gate: this person": Clause(
        "gate_of_link", "(subject_id, item_id) IN (SELECT s.subject_id, s.item_id", "item_id IN (SELECT s.item_id",
        l_.sees(otherwise=l_.with_link(subject_id="young"))),
    "link gate: what was chosen": Clause("shared", "i.code = ANY(k.items)", "true", l_.sees(otherwise=l_.with_link(items=["ZG-ZY"]))),
    "link gate: while it stands": Clause("shared", STANDS, "", l_.sees(otherwise=l_.ended)),
    "link gate: no value of a statement": Clause("shared_wholly", "WHERE k.kind = 'records'", "", l_.sees_values(l_.NOTHING)),
    "link words: the words": Clause("link_spoken", "k.digest = sha256(convert_to(split_part(w.said, '/', 1), 'UTF8'))", f"k.id = {l_.OPEN}",
                                    l_.sees("nobodys/")),
    "link words: the code": Clause(
        "link_spoken", "WHERE k.code_digest IS NULL OR k.code_digest = sha256(convert_to(w.said, 'UTF8'))", "",
        l_.sees(f"{l_.words_of(l_.CODED)}/000000")),
    "link state: ended": Clause("link_state", "WHEN EXISTS (SELECT FROM sharing_link_end e WHERE e.link_id = link.id) THEN 'ended'",
                                "WHEN false THEN ''", l_.looks(otherwise=l_.ended), BEYOND),
    "link state: over": Clause("link_state", "WHEN link.valid_until <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN 'over'",
                               "", l_.looks(otherwise=l_.with_link(valid_until=0)), BEYOND),
    "link state: of the living": Clause("link_state", "p.died IS NULL", "true", l_.looks(otherwise=l_.dies), BEYOND),
    "link state: used": Clause("link_state", ">= link.most_views THEN 'used'", ">= 99 THEN 'used'", l_.looks(times=3), BEYOND),
    "link state: locked": Clause("link_state", ">= sharing_authorisation_number('share-link-views', 'tries') THEN 'locked'",
                                 ">= 99 THEN 'locked'", l_.looks(otherwise=l_.tried_often), BEYOND),
    "link: of oneself": Clause("guard_link", "IF identity_person_speaking() IS DISTINCT FROM NEW.subject_id THEN", "IF false THEN",
                               l_.makes_for_another, OWN),
    "link: for days to come": Clause("guard_link", "NEW.valid_until <= today OR", "", l_.makes(days=0), TERM),
    "link: for its days": Clause("guard_link", "NEW.valid_until > today + sharing_authorisation_number('share-link-days', 'longest')\n       OR",
                                 "false OR", l_.makes(days=31), TERM),
    "link: so many times": Clause("guard_link", "OR NEW.most_views > sharing_authorisation_number('share-link-views', 'most')", "",
                                  l_.makes(most_views=21), TERM),
    "link: a digest alone": Clause("guard_link", "octet_length(NEW.digest) <> 32 OR", "", l_.makes(digest=b"the-words-themselves"), DIGEST),
    "link: a digest of the code": Clause("guard_link", "OR octet_length(NEW.code_digest) <> 32", "", l_.makes(code_digest=b"246810"), DIGEST),
    "link: no code in the note": Clause("guard_link", "IF NEW.note ~", "IF false AND NEW.note ~", l_.makes(note="给14999919900101001X"), CODE),
    "link: items in force": Clause("guard_link", "IF EXISTS (SELECT FROM unnest(NEW.items)", "IF false AND EXISTS (SELECT FROM unnest(NEW.items)",
                                   l_.makes(items=["CF-ZRR", "NOWHERE"]), ITEMS),
    "link: so many at a time": Clause("guard_link", ">= sharing_authorisation_number('share-link-views', 'standing') THEN", ">= 99 THEN",
                                      l_.makes(before=17), MANY),
    "look: of its link": Clause("guard_entry_by_link", "OR link.number <> NEW.case_reference", "", l_.looks(link=l_.CODED), WORDS),
    "look: of its person": Clause(
        "guard_entry_by_link", "OR identity_lead(link.subject_id) IS DISTINCT FROM identity_lead(NEW.subject_id)", "",
        l_.looks(subject_id="limited", record_ids=[], versions=[], outcome="empty"), WORDS),
    "look: what was chosen": Clause("guard_entry_by_link", "split_part(f.name, '.', 1) <> ALL (link.items) OR", "",
                                    l_.looks(fields=["ZG-ZY.ZG_MC"]), OTHER),
    "look: no field of a statement": Clause("guard_entry_by_link", "OR link.kind = 'nothing' AND f.name NOT LIKE '%.=yes_no'", "",
                                            l_.looks(f"{l_.words_of(l_.NOTHING)}/", link=l_.NOTHING), OTHER),
    "look: counted": Clause("guard_entry_by_link",
                            "INSERT INTO sharing_link_view (entry_id, link_id, at) VALUES (NEW.entry_id, link.id, clock_timestamp());", "",
                            l_.looks_uncounted),
    "open: with the code": Clause("open_link", "IF state = 'stands' AND link.code_digest <>", "IF false AND link.code_digest <>",
                                  l_.opens(l_.CODED, "000000")),
    "open: guesses are counted": Clause("open_link", "INSERT INTO sharing_link_try (link_id, at) VALUES (link.id, clock_timestamp());", "",
                                        l_.guesses_uncounted),
    "own links: one's own": Clause("own_links", "k.subject_id IN (SELECT identity_held_by(me)) AND", "",
                                   l_.finds(f"SELECT FROM sharing_own_links('', {l_.LAST}, 10)")),
    "own looks: one's own": Clause("own_link_looks", "e.subject_id IN (SELECT identity_held_by(me)) AND", "",
                                   l_.finds(f"SELECT FROM sharing_own_link_looks('{l_.number_of(l_.OPEN)}', 10)")),
    "end: one's own": Clause("end_link", "AND k.subject_id IN (SELECT identity_held_by(identity_person_speaking()))", "", l_.ends("young")),
}  # fmt: skip
SOUND: dict[str, Attack] = {
    "a-record-by-a-link": l_.sees(),
    "a-record-by-a-link-with-its-code": l_.sees(f"{l_.words_of(l_.CODED)}/{l_.CODE}"),
    "values-by-a-link": l_.sees_values(l_.OPEN),
    "that-something-is-held-by-a-statement": l_.sees(f"{l_.words_of(l_.NOTHING)}/"),
    "a-link": l_.makes(),
    "as-many-links-as-may-stand": l_.makes(before=16),
    "two-looks-of-three": l_.looks(times=2),
    "a-look-that-finds-nothing": l_.looks(outcome="empty", record_ids=[], versions=[]),
    "a-look-at-a-statement": l_.looks(
        f"{l_.words_of(l_.NOTHING)}/", link=l_.NOTHING, fields=[f"{l_.ITEM}.=yes_no", "name"]
    ),
    "opened-with-the-code": l_.opens(l_.CODED, l_.CODE),
    "a-link-ended": l_.ends(),
}
