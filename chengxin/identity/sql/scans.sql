-- name: take_in
-- Whose it is, the centre's, when and until when the database says itself.
INSERT INTO identity_scan (number, visit_id, kind, form, pages, size, pieces, digest)
VALUES (%(number)s, %(visit)s, %(kind)s, %(form)s, %(pages)s, %(size)s, %(pieces)s, %(digest)s) RETURNING id, subject_id;

-- name: keep_pieces
INSERT INTO identity_scan_piece (scan_id, place, content_sealed, key_id)
SELECT %(scan)s, place, box, %(key)s FROM unnest(%(boxes)b::bytea[]) WITH ORDINALITY AS n (box, place);

-- name: name_scan
SELECT set_config('cx.scan', %(number)s, true);

-- name: pieces
-- Of the scan that this transaction was entered as opening; the database gives no other's.
SELECT key_id, content_sealed FROM identity_scan_piece ORDER BY place;

-- name: own
SELECT number, kind, form, pages, size, digest, taken_at, erase_on, held FROM identity_own_scans(%(number)s, %(most)s);

-- name: settle_kinds
INSERT INTO identity_scan_kind (code, visits) SELECT code, string_to_array(visits, ',') FROM unnest(%(codes)s::text[], %(visits)s::text[]) AS n (code, visits)
ON CONFLICT (code) DO UPDATE SET visits = excluded.visits;
