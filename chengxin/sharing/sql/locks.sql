-- name: report_append_only
CREATE OR REPLACE TRIGGER report_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_report
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: sharing_grants
GRANT INSERT ON sharing_report TO {app};
