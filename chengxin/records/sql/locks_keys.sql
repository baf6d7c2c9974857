-- name: waiting_sealed
CREATE OR REPLACE TRIGGER waiting_sealed AFTER INSERT ON records_waiting
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_new_seals();

-- name: waiting_sealed_anew
CREATE OR REPLACE TRIGGER waiting_sealed_anew BEFORE UPDATE ON records_waiting
    FOR EACH ROW WHEN ((NEW.row_sealed, NEW.key_id) IS DISTINCT FROM (OLD.row_sealed, OLD.key_id))
    EXECUTE FUNCTION identity_guard_new_seal();
