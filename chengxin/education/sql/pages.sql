-- name: page
-- The published page at an address.
SELECT id, kind, title, summary, summary_en, body, facts, link, changed FROM public_page WHERE address = %s

-- name: above
-- The pages above one, from the start page down.
SELECT a.address, a.title FROM public_page p JOIN public_page a ON starts_with(p.path, a.path) AND a.path <> p.path
WHERE p.id = %s ORDER BY a.depth

-- name: under
-- What lies right under a page, the latest first, behind a mark.
SELECT c.id, c.kind, c.address, c.title, c.summary, c.day FROM public_page p
JOIN public_page c ON c.depth = p.depth + 1 AND starts_with(c.path, p.path)
WHERE p.id = %s AND (c.day, c.id) < (%s::date, %s) ORDER BY c.day DESC, c.id DESC LIMIT %s

-- name: latest
-- The latest pages of a kind.
SELECT id, kind, address, title, summary, day FROM public_page WHERE kind = %s ORDER BY day DESC, id DESC LIMIT %s

-- name: home
-- What the start page says.
SELECT title, summary, summary_en FROM public_page WHERE kind = 'home'

-- name: addresses
-- Every published page, for the site map.
SELECT address, changed FROM public_page ORDER BY address

-- name: addresses_of
-- Where some pages are.
SELECT id, address FROM public_page WHERE id = ANY(%s)

-- name: pictures
-- The files of some pictures, as far as they stand in published pages.
SELECT number, file, width, height FROM public_picture WHERE number = ANY(%s)

-- name: picture
-- One picture by its file, when it stands in a published page.
SELECT file, content FROM public_picture WHERE file = %s

-- name: redirect
-- Where a page that was moved is now.
SELECT target FROM public_redirect WHERE path = %s
