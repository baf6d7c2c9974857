-- name: drafts
-- Drafts that an officer may see, each with whose turn it is; due is the last day on which comments are taken.
SELECT d.id, coalesce(s.at, d.created_at) AS since, CASE WHEN s.kind = 'consult' THEN s.until END AS due, d.title, o.name AS organisation,
       coalesce(s.kind, '') AS state, d.organisation_id = %(organisation)s AS own, c.unanswered,
       CASE WHEN coalesce(s.kind, 'return') = 'return' THEN 'draft' WHEN s.kind = 'submit' THEN 'review'
            WHEN s.kind = 'review' AND EXISTS (
                SELECT FROM catalogue_draft_item n WHERE n.draft_id = d.id AND n.change = 'set'
                    AND (n.definition ->> 'nature' = 'adverse' OR n.definition -> 'disclosure' ? 'public')) THEN 'consult'
            WHEN s.kind = 'consult' AND c.unanswered > 0 THEN 'answer' WHEN s.kind = 'consult' AND s.until >= %(today)s THEN 'comments'
            WHEN s.kind IN ('review', 'consult') THEN 'approve' WHEN s.kind = 'approve' THEN 'publish' ELSE 'none' END AS turn
FROM catalogue_draft d JOIN identity_organisation o ON o.id = d.organisation_id
LEFT JOIN LATERAL (SELECT n.* FROM catalogue_step n WHERE n.draft_id = d.id ORDER BY n.id DESC LIMIT 1) s ON true
CROSS JOIN LATERAL (SELECT count(*) AS unanswered FROM catalogue_comment n WHERE n.consultation_id = s.id AND n.answered_at IS NULL) c
WHERE d.organisation_id = %(organisation)s OR NOT %(kind)s = ANY(%(drafters)s)
    AND EXISTS (SELECT FROM catalogue_step n WHERE n.draft_id = d.id AND n.kind = 'submit')

-- name: work
-- What changes of laws leave to do in the catalogue, and by when.
SELECT w.event_id::bigint * 65536 + w.item_id AS id, e.entered_at AS since, e.due_on AS due, i.code AS item, l.name AS law, e.kind, e.on_day,
       w.state
FROM catalogue_work w JOIN catalogue_law_event e ON e.id = w.event_id JOIN catalogue_law l ON l.code = e.law_id
JOIN catalogue_item i ON i.id = w.item_id
