-- name: group_member
-- Which group of the content system somebody is in: the group is called as the role, and whoever has the right today is in it.
CREATE OR REPLACE VIEW identity_group_member AS
    SELECT r.grant_id AS id, r.user_id, g.id AS group_id
    FROM identity_right r JOIN auth_group g ON g.name = r.role;

-- name: user_of_editing
-- The editors' process sees and changes the accounts of editors, and no other.
DROP POLICY IF EXISTS user_of_editing ON identity_user;
CREATE POLICY user_of_editing ON identity_user TO {editor} USING (id IN (SELECT user_id FROM identity_site_editor));

-- name: passkey_of_editing
DROP POLICY IF EXISTS passkey_of_editing ON mfa_authenticator;
CREATE POLICY passkey_of_editing ON mfa_authenticator TO {editor} USING (user_id IN (SELECT user_id FROM identity_site_editor));

-- name: totp_of_editing
DROP POLICY IF EXISTS totp_of_editing ON identity_totp;
CREATE POLICY totp_of_editing ON identity_totp TO {editor} USING (user_id IN (SELECT user_id FROM identity_site_editor));

-- name: recovery_code_of_editing
DROP POLICY IF EXISTS recovery_code_of_editing ON identity_recovery_code;
CREATE POLICY recovery_code_of_editing ON identity_recovery_code TO {editor} USING (user_id IN (SELECT user_id FROM identity_site_editor));

-- name: session_of_editing
DROP POLICY IF EXISTS session_of_editing ON identity_session;
CREATE POLICY session_of_editing ON identity_session TO {editor} USING (face = 'editing');

-- name: site_grants
-- What logging in needs, as at the other faces. Of persons, records, who was asked about and what anybody else did: nothing.
GRANT SELECT ON identity_right, identity_group_member, identity_key_pointers, identity_organisation, identity_licence,
    identity_needed_licence TO {editor};
GRANT SELECT, UPDATE (last_login, password, first_password) ON identity_user TO {editor};
GRANT SELECT, INSERT, UPDATE (user_id, content, seen_at), DELETE ON identity_session TO {editor};
GRANT SELECT, INSERT, UPDATE (failures, first_at, locked_until) ON identity_failed_try TO {editor};
GRANT SELECT, INSERT, UPDATE (last_used_at), DELETE ON mfa_authenticator TO {editor};
GRANT SELECT, INSERT, UPDATE (last_step), DELETE ON identity_totp TO {editor};
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON identity_recovery_code TO {editor};
GRANT SELECT, INSERT, UPDATE (last_used) ON identity_role_use TO {editor};
GRANT INSERT ON ground_action TO {editor};
GRANT EXECUTE ON FUNCTION identity_organisation_stands(bigint, date) TO {editor};
