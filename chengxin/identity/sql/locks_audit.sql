-- name: audit_access
-- The access register as an auditor needs it: who asked, when, for what, on which law, how often about the same person, and what was
-- refused for which reason. Whether anything was found, which fields and which records it was is credit content, which no auditor reads
-- (safeguard 12): an answer is an answer, with records or without. A person is a pseudonym of the auditor's own (safeguard 13), under the
-- key of rows but for a text that no claim begins with; nobody for a person the register doesn't know.
CREATE OR REPLACE VIEW audit_access WITH (security_barrier) AS
    SELECT a.entry_id, a.at, a.organisation, a.officer, a.purpose, a.basis, a.case_reference, a.channel,
           CASE a.outcome WHEN 'empty' THEN 'answered' ELSE a.outcome END AS outcome, a.reason, a.as_of,
           CASE WHEN a.subject_id <> 0
                THEN encode(substr(sha256(k.outer_pad || sha256(k.inner_pad || convert_to('audit/' || a.subject_id, 'UTF8'))), 1, 16), 'hex')
           END AS person, a.duty
    FROM ground_access_entry a CROSS JOIN identity_row_key k;

-- name: audit_action
-- The action log, whole: it never holds a value of a person's.
CREATE OR REPLACE VIEW audit_action WITH (security_barrier) AS
    SELECT a.id, a.at, a.actor, a.act, a.subject, a.note FROM ground_action a;

-- name: audit_officer
-- Officers without their passwords; no person who logged in.
CREATE OR REPLACE VIEW audit_officer WITH (security_barrier) AS
    SELECT u.id, u.login, u.display_name, o.code AS organisation, u.is_active, u.first_password, u.demo, u.last_login
    FROM identity_user u JOIN identity_organisation o ON o.id = u.organisation_id;

-- name: audit_grant
-- Every right that was ever granted: by whom, why, until when, last used on which day, withdrawn by whom and why.
CREATE OR REPLACE VIEW audit_grant WITH (security_barrier) AS
    SELECT g.id, u.login, g.role, g.valid_from, g.valid_until, g.reason, b.login AS granted_by, g.granted_at, r.last_used,
           w.login AS withdrawn_by, g.withdrawn_at, g.withdrawal_reason
    FROM identity_role_grant g
    JOIN identity_user u ON u.id = g.user_id
    LEFT JOIN identity_user b ON b.id = g.granted_by_id
    LEFT JOIN identity_user w ON w.id = g.withdrawn_by_id
    LEFT JOIN identity_role_use r ON r.grant_id = g.id;

-- name: audit_session
-- Officers' sessions that aren't over, without their keys and contents. Those that are over stand in the action log as acts.
CREATE OR REPLACE VIEW audit_session WITH (security_barrier) AS
    SELECT u.login, s.face, s.began_at, s.seen_at
    FROM identity_session s JOIN identity_user u ON u.id = s.user_id
    WHERE u.organisation_id IS NOT NULL;

-- name: audit_organisation
CREATE OR REPLACE VIEW audit_organisation WITH (security_barrier) AS
    SELECT o.code, o.name, o.kind, o.region, s.code AS superior, o.valid_from, o.valid_until
    FROM identity_organisation o LEFT JOIN identity_organisation s ON s.id = o.superior_id;

-- name: audit_client_key
-- Organisations' systems and the keys they are known by: who entered, approved, withdrew, suspended. No key itself.
CREATE OR REPLACE VIEW audit_client_key WITH (security_barrier) AS
    SELECT c.client_id, o.code AS organisation, c.name, c.addresses, c.valid_from, c.valid_until, c.suspended_at, c.suspension_reason,
           s.login AS suspended_by, k.kid, k.valid_from AS key_from, k.valid_until AS key_until, e.login AS entered_by, k.entered_at,
           a.login AS approved_by, k.approved_at, w.login AS withdrawn_by, k.withdrawn_at
    FROM identity_client c
    JOIN identity_organisation o ON o.id = c.organisation_id
    LEFT JOIN identity_user s ON s.id = c.suspended_by_id
    LEFT JOIN identity_client_key k ON k.client_id = c.id
    LEFT JOIN identity_user e ON e.id = k.entered_by_id
    LEFT JOIN identity_user a ON a.id = k.approved_by_id
    LEFT JOIN identity_user w ON w.id = k.withdrawn_by_id;

-- name: audit_registration
-- Registered purposes of real-name checks: who may check how many for what, who entered, approved and withdrew.
CREATE OR REPLACE VIEW audit_registration WITH (security_barrier) AS
    SELECT r.code, o.code AS organisation, r.field, r.purpose, r.basis, r.valid_from, r.valid_until, r.daily_quota, r.daily_misses,
           r.per_minute, e.login AS entered_by, r.entered_at, a.login AS approved_by, r.approved_at,
           w.login AS withdrawn_by, r.withdrawn_at, r.withdrawal_reason
    FROM identity_registration r
    JOIN identity_organisation o ON o.id = r.organisation_id
    LEFT JOIN identity_user e ON e.id = r.entered_by_id
    LEFT JOIN identity_user a ON a.id = r.approved_by_id
    LEFT JOIN identity_user w ON w.id = r.withdrawn_by_id;

-- name: audit_grants
GRANT SELECT ON audit_access, audit_action, audit_officer, audit_grant, audit_session, audit_organisation, audit_client_key,
    audit_registration TO {auditor};
