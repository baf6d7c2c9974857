-- name: batches
-- What an organisation handed in. To do: rows refused that no clerk said they are done with, of the last three months; rows in question;
-- rows that wait yet.
-- Each column is asked for by itself, so that what isn't read isn't counted.
SELECT b.id, b.received_at AS since, b.token, i.code AS item, b.form, b.state, b.read, b.new + b.changed + b.unchanged AS accepted, b.refused,
       (SELECT ((h.since AT TIME ZONE 'Asia/Shanghai') + make_interval(months => %(kept_months)s))::date FROM records_held_of(b.id) h) AS due,
       (SELECT h.rows FROM records_held_of(b.id) h) AS held,
       b.id IN (SELECT h.batch_id FROM records_own_held() h) AS waits,
       b.state = 'done' AND b.refused > 0 AND b.received_at > %(today)s::timestamp - interval '3 months'
           AND NOT EXISTS (SELECT FROM records_refusals_settled s WHERE s.batch_id = b.id) AS mend,
       b.state = 'done' AND b.id IN (
           SELECT f.batch_id FROM records_finding f WHERE f.digest IS NOT NULL AND NOT EXISTS (
               SELECT FROM records_waiver w WHERE w.provider_id = %(organisation)s AND w.digest = f.digest AND w.rule = f.rule
                   AND w.rule_version = f.rule_version AND w.until > %(today)s AND w.ended_at IS NULL)) AS asked
FROM records_batch b JOIN catalogue_item i ON i.id = b.item_id
WHERE b.form NOT IN ('stored', 'moved', 'undo')

-- name: findings
-- What was found in the organisation's own batches: the row's number, the column and the check, never a value.
SELECT f.id, b.received_at AS since, NULL::date AS due, b.token, f.row_number, f.field, f.rule, r.severity, r.message, r.remedy, f.rows
FROM records_finding f JOIN records_batch b ON b.id = f.batch_id
JOIN records_check_rule r ON r.code = f.rule AND r.version = f.rule_version

-- name: cases
-- Waiting rows whose person is open, without a word on the person; when a row is due it goes back unseen.
SELECT w.id, w.since, ((w.since AT TIME ZONE 'Asia/Shanghai') + make_interval(months => %(kept_months)s))::date AS due, i.code AS item,
       o.name AS provider, w.rule, a.id AS decision, coalesce(a.held, '') AS held, coalesce(a.decided_by_id = %(me)s, false) AS mine,
       CASE WHEN a.id IS NULL THEN 'open' WHEN a.outcome = 'attach' AND a.adverse AND a.agreed IS NULL THEN 'second' ELSE 'decided' END AS state
FROM records_waiting w JOIN catalogue_item i ON i.id = w.item_id JOIN identity_organisation o ON o.id = w.provider_id
LEFT JOIN records_adjudication a ON a.waiting_id = w.id AND a.done_at IS NULL AND a.taken_back_at IS NULL AND a.agreed IS NOT FALSE
WHERE w.rules && %(whose)s::varchar[]

-- name: undoings
-- Batches called wrong: one's own organisation's, at the credit centre everybody's.
SELECT u.id, u.decided_at AS since, NULL::date AS due, i.code AS item, o.name AS provider, u.new + u.changed AS rows, u.ground,
       d.display_name AS decided_by, s.display_name AS second_by,
       CASE WHEN u.agreed IS NULL THEN 'second' WHEN NOT u.agreed THEN 'declined' WHEN u.done_at IS NULL THEN 'agreed' ELSE 'done' END AS state
FROM records_undoing u JOIN catalogue_item i ON i.id = u.item_id JOIN identity_organisation o ON o.id = u.provider_id
JOIN identity_user d ON d.id = u.decided_by_id LEFT JOIN identity_user s ON s.id = u.second_by_id

-- name: waivers
-- Rows in question that their providers hold to: one's own organisation's, at the credit centre everybody's.
SELECT w.id, w.waived_at AS since, CASE WHEN w.ended_at IS NULL THEN w.until END AS due, i.code AS item, o.name AS provider, w.rule,
       w.rule_version, w.row_number, u.display_name AS waived_by, w.reason,
       CASE WHEN w.ended_at IS NOT NULL THEN 'ended' WHEN w.until <= %(today)s THEN 'over' ELSE 'stands' END AS state
FROM records_waiver w JOIN catalogue_item i ON i.id = w.item_id JOIN identity_organisation o ON o.id = w.provider_id
JOIN identity_user u ON u.id = w.waived_by_id

-- name: months
-- Every month of the last half year with every item that the organisation may hand in today: what came, or that there is nothing, or neither.
SELECT (extract(year FROM m.month) * 12 + extract(month FROM m.month))::bigint * 65536 + v.item_id AS id,
       m.month AT TIME ZONE 'Asia/Shanghai' AS since, NULL::date AS due, i.code AS item, v.name AS item_name, m.month::date AS month,
       coalesce(c.batches, 0) AS batches, coalesce(c.accepted, 0) AS accepted, c.declared_by,
       m.month < date_trunc('month', %(today)s::timestamp) AS ended,
       CASE WHEN c.batches > 0 THEN 'came' WHEN c.declared_at IS NOT NULL THEN 'nothing' ELSE 'silent' END AS state
FROM generate_series(date_trunc('month', %(today)s::timestamp) - interval '5 months', date_trunc('month', %(today)s::timestamp), interval '1 month') AS m (month)
CROSS JOIN catalogue_item_version v JOIN catalogue_item i ON i.id = v.item_id
LEFT JOIN records_months((date_trunc('month', %(today)s::timestamp) - interval '5 months')::date) c
    ON c.provider_id = %(organisation)s AND c.item_id = v.item_id AND c.month = m.month::date
WHERE v.id = ANY(%(versions)s) AND %(kind)s = ANY(v.provider_kinds)

-- name: faults
-- What didn't agree at the newest proof of the ledger.
SELECT f.place AS id, p.at AS since, NULL::date AS due, f.fault ->> 'kind' AS kind, (f.fault ->> 'batch')::bigint AS batch,
       (f.fault ->> 'told')::bigint AS told, (f.fault ->> 'found')::bigint AS found
FROM (SELECT r.at, r.faults FROM records_proof_run r ORDER BY r.id DESC LIMIT 1) p
CROSS JOIN LATERAL jsonb_array_elements(p.faults) WITH ORDINALITY AS f (fault, place)

-- name: acts
-- What officers of one's own organisation did with its files; the newest ten thousand.
SELECT a.id, a.at AS since, NULL::date AS due, a.login, a.name, a.act, a.subject, a.note FROM records_own_acts(9223372036854775807, 10000) a
