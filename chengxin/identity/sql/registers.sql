-- name: transfers
-- Persons merged and split, each with its newest step, as the credit centre sees them.
SELECT t.id, s.decided_at AS since, NULL::date AS due, t.kind, s.forth, s.ground, u.display_name AS decided_by, o.display_name AS second_by,
       s.decided_by_id = %(me)s AS mine,
       CASE WHEN s.agreed IS NULL THEN 'second' WHEN NOT s.agreed THEN 'declined' WHEN s.done_at IS NULL AND s.failure <> '' THEN 'failed'
            WHEN s.done_at IS NULL THEN 'agreed' WHEN s.forth THEN 'done' ELSE 'undone' END AS state
FROM identity_transfer t
CROSS JOIN LATERAL (SELECT n.* FROM identity_transfer_step n WHERE n.transfer_id = t.id ORDER BY n.id DESC LIMIT 1) s
JOIN identity_user u ON u.id = s.decided_by_id LEFT JOIN identity_user o ON o.id = s.second_by_id

-- name: delegations
-- Who may act for whom: by kind, term and officers, without a word on the two persons.
SELECT d.id, d.entered_at AS since, NULL::date AS due, d.kind, d.valid_from, d.valid_until, u.display_name AS entered_by,
       o.display_name AS confirmed_by, d.entered_by_id = %(me)s AS mine,
       CASE WHEN d.ended_at IS NOT NULL THEN 'ended' WHEN d.valid_until <= %(today)s THEN 'over' WHEN d.confirmed_at IS NULL THEN 'waits'
            ELSE 'stands' END AS state
FROM identity_delegation d JOIN identity_user u ON u.id = d.entered_by_id LEFT JOIN identity_user o ON o.id = d.confirmed_by_id

-- name: visits
-- Who was served at the window: by kind, hour and officers, without a word on the person, the applicant or why they asked. A relative's
-- application waits a day for its second officer.
SELECT v.id, v.opened_at AS since, NULL::date AS due, v.kind, v.closes_at, v.ended_at, u.display_name AS officer,
       o.display_name AS confirmed_by, v.officer_id = %(me)s AS mine,
       CASE WHEN v.ended_at IS NOT NULL THEN 'ended' WHEN v.closes_at > transaction_timestamp() THEN 'open' WHEN v.closes_at IS NOT NULL THEN 'over'
            WHEN v.opened_at > transaction_timestamp() - interval '1 day' THEN 'waits' ELSE 'lapsed' END AS state
FROM identity_visit v JOIN identity_user u ON u.id = v.officer_id LEFT JOIN identity_user o ON o.id = v.confirmed_by_id
