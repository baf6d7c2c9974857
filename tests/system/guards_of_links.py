"""What keeps share links: making, looking, counting, ending; object by object and clause by clause; see ``guards``."""

from tests.system import linking as k
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
GUARDS: dict[str, Guard] = dict(
    (
        (
            "policy records_version.shared",
            Guard(k.sees(otherwise=k.with_link(items=["ZG-ZY"])), "DROP POLICY shared ON records_version"),
        ),
        ("policy records_payload.shared", Guard(k.sees_values(k.NOTHING), "DROP POLICY shared ON records_payload")),
        trigger("ground_access_entry", "access_entry_by_link", k.looks(""), WORDS),
        trigger(k.LINK, "link_guarded", k.makes(days=31), TERM),
        trigger(k.LINK, "link_append_only", k.rewrites(k.LINK, "number"), APPEND),
        trigger(k.VIEW, "link_view_guarded", k.counts_a_look(times=3), BEYOND),
        trigger(k.VIEW, "link_view_append_only", change_wholly(k.VIEW, "at"), APPEND),
        trigger(k.TRY, "link_try_append_only", change_wholly(k.TRY, "at"), APPEND),
        trigger(k.END, "link_end_append_only", change_wholly(k.END, "at"), APPEND),
        holds(k.LINK, "share_link_shares_something", k.past(items=[])),
    )
)

CLAUSES: dict[str, Clause] = {
    "link gate: this person": Clause(
        "gate_of_link",
        "(subject_id, item_id) IN (SELECT s.subject_id, s.item_id",
        "item_id IN (SELECT s.item_id",
        k.sees(otherwise=k.with_link(subject_id="young")),
    ),
    "link gate: what was chosen": Clause(
        "shared", "i.code = ANY(k.items)", "true", k.sees(otherwise=k.with_link(items=["ZG-ZY"]))
    ),
    "link gate: while it stands": Clause("shared", STANDS, "", k.sees(otherwise=k.ended)),
    "link gate: no value of a statement": Clause(
        "shared_wholly", "WHERE k.kind = 'records'", "", k.sees_values(k.NOTHING)
    ),
    "link words: the words": Clause(
        "link_spoken",
        "k.digest = sha256(convert_to(split_part(w.said, '/', 1), 'UTF8'))",
        f"k.id = {k.OPEN}",
        k.sees("nobodys/"),
    ),
    "link words: the code": Clause(
        "link_spoken",
        "WHERE k.code_digest IS NULL OR k.code_digest = sha256(convert_to(w.said, 'UTF8'))",
        "",
        k.sees(f"{k.words_of(k.CODED)}/000000"),
    ),
    "link state: ended": Clause(
        "link_state",
        "WHEN EXISTS (SELECT FROM sharing_link_end e WHERE e.link_id = link.id) THEN 'ended'",
        "WHEN false THEN ''",
        k.looks(otherwise=k.ended),
        BEYOND,
    ),
    "link state: over": Clause(
        "link_state",
        "WHEN link.valid_until <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN 'over'",
        "",
        k.looks(otherwise=k.with_link(valid_until=0)),
        BEYOND,
    ),
    "link state: of the living": Clause("link_state", "p.died IS NULL", "true", k.looks(otherwise=k.dies), BEYOND),
    "link state: used": Clause(
        "link_state", ">= link.most_views THEN 'used'", ">= 99 THEN 'used'", k.looks(times=3), BEYOND
    ),
    "link state: locked": Clause(
        "link_state",
        ">= sharing_authorisation_number('share-link-views', 'tries') THEN 'locked'",
        ">= 99 THEN 'locked'",
        k.looks(otherwise=k.tried_often),
        BEYOND,
    ),
    "link: of oneself": Clause(
        "guard_link",
        "IF identity_person_speaking() IS DISTINCT FROM NEW.subject_id THEN",
        "IF false THEN",
        k.makes_for_another,
        OWN,
    ),
    "link: for days to come": Clause("guard_link", "NEW.valid_until <= today OR", "", k.makes(days=0), TERM),
    "link: for its days": Clause(
        "guard_link",
        "NEW.valid_until > today + sharing_authorisation_number('share-link-days', 'longest')\n       OR",
        "false OR",
        k.makes(days=31),
        TERM,
    ),
    "link: so many times": Clause(
        "guard_link",
        "OR NEW.most_views > sharing_authorisation_number('share-link-views', 'most')",
        "",
        k.makes(most_views=21),
        TERM,
    ),
    "link: a digest alone": Clause(
        "guard_link", "octet_length(NEW.digest) <> 32 OR", "", k.makes(digest=b"the-words-themselves"), DIGEST
    ),
    "link: a digest of the code": Clause(
        "guard_link", "OR octet_length(NEW.code_digest) <> 32", "", k.makes(code_digest=b"246810"), DIGEST
    ),
    "link: no code in the note": Clause(
        "guard_link", "IF NEW.note ~", "IF false AND NEW.note ~", k.makes(note="给14999919900101001X"), CODE
    ),
    "link: items in force": Clause(
        "guard_link",
        "IF EXISTS (SELECT FROM unnest(NEW.items)",
        "IF false AND EXISTS (SELECT FROM unnest(NEW.items)",
        k.makes(items=["CF-ZRR", "NOWHERE"]),
        ITEMS,
    ),
    "link: so many at a time": Clause(
        "guard_link",
        ">= sharing_authorisation_number('share-link-views', 'standing') THEN",
        ">= 99 THEN",
        k.makes(before=17),
        MANY,
    ),
    "look: of its link": Clause(
        "guard_entry_by_link", "OR link.number <> NEW.case_reference", "", k.looks(link=k.CODED), WORDS
    ),
    "look: of its person": Clause(
        "guard_entry_by_link",
        "OR identity_lead(link.subject_id) IS DISTINCT FROM identity_lead(NEW.subject_id)",
        "",
        k.looks(subject_id="limited", record_ids=[], versions=[], outcome="empty"),
        WORDS,
    ),
    "look: what was chosen": Clause(
        "guard_entry_by_link",
        "split_part(f.name, '.', 1) <> ALL (link.items) OR",
        "",
        k.looks(fields=["ZG-ZY.ZG_MC"]),
        OTHER,
    ),
    "look: no field of a statement": Clause(
        "guard_entry_by_link",
        "OR link.kind = 'nothing' AND f.name NOT LIKE '%.=yes_no'",
        "",
        k.looks(f"{k.words_of(k.NOTHING)}/", link=k.NOTHING),
        OTHER,
    ),
    "look: counted": Clause(
        "guard_entry_by_link",
        "INSERT INTO sharing_link_view (entry_id, link_id, at) VALUES (NEW.entry_id, link.id, clock_timestamp());",
        "",
        k.looks_uncounted,
    ),
    "open: with the code": Clause(
        "open_link",
        "IF state = 'stands' AND link.code_digest <>",
        "IF false AND link.code_digest <>",
        k.opens(k.CODED, "000000"),
    ),
    "open: guesses are counted": Clause(
        "open_link",
        "INSERT INTO sharing_link_try (link_id, at) VALUES (link.id, clock_timestamp());",
        "",
        k.guesses_uncounted,
    ),
    "own links: one's own": Clause(
        "own_links",
        "k.subject_id IN (SELECT identity_held_by(me)) AND",
        "",
        k.finds(f"SELECT FROM sharing_own_links('', {k.LAST}, 10)"),
    ),
    "own looks: one's own": Clause(
        "own_link_looks",
        "e.subject_id IN (SELECT identity_held_by(me)) AND",
        "",
        k.finds(f"SELECT FROM sharing_own_link_looks('{k.number_of(k.OPEN)}', 10)"),
    ),
    "end: one's own": Clause(
        "end_link", "AND k.subject_id IN (SELECT identity_held_by(identity_person_speaking()))", "", k.ends("young")
    ),
}
SOUND: dict[str, Attack] = {
    "a-record-by-a-link": k.sees(),
    "a-record-by-a-link-with-its-code": k.sees(f"{k.words_of(k.CODED)}/{k.CODE}"),
    "values-by-a-link": k.sees_values(k.OPEN),
    "that-something-is-held-by-a-statement": k.sees(f"{k.words_of(k.NOTHING)}/"),
    "a-link": k.makes(),
    "as-many-links-as-may-stand": k.makes(before=16),
    "two-looks-of-three": k.looks(times=2),
    "a-look-that-finds-nothing": k.looks(outcome="empty", record_ids=[], versions=[]),
    "a-look-at-a-statement": k.looks(f"{k.words_of(k.NOTHING)}/", link=k.NOTHING, fields=[f"{k.ITEM}.=yes_no", "name"]),
    "opened-with-the-code": k.opens(k.CODED, k.CODE),
    "a-link-ended": k.ends(),
}
