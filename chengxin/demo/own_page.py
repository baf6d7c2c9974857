"""Whose own page a demo shows: synthetic persons of whom there is much to see. Runs as the owner, once."""

from django.db import connection

from chengxin.identity.models import DemoPerson

SHOWN = 3
# Of each of the living: how many records, of how many kinds, and how many that show to nobody today.
CHOICE = """
    SELECT n.subject_id, count(*), count(DISTINCT n.item_id), count(*) FILTER (WHERE NOT n.shows)
    FROM (SELECT DISTINCT ON (v.subject_id, v.record_id) v.subject_id, v.record_id, v.item_id,
                 v.state = 'active' AND v.shown_from <= current_date AND current_date < v.shown_until AS shows
          FROM records_version v JOIN identity_person p USING (subject_id) WHERE p.died IS NULL
          ORDER BY v.subject_id, v.record_id, v.version DESC) n
    GROUP BY n.subject_id
    ORDER BY count(*) FILTER (WHERE NOT n.shows) > 0 DESC, count(DISTINCT n.item_id) DESC, count(*) DESC, n.subject_id LIMIT %s"""


def settle_own_pages() -> None:
    """Choose the persons whose page visitors may see, unless that was done."""
    if DemoPerson.objects.exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(CHOICE, [SHOWN])
        chosen = cursor.fetchall()
    for subject, records, kinds, hidden in chosen:
        label = f"{records} 条记录，{kinds} 类" + (f"，其中 {hidden} 条不展示" if hidden else "")
        DemoPerson.objects.create(subject_id=subject, label=label)
