-- name: organisations
-- One page of the public directory: the places within a region, after the last one of the page before.
SELECT code, name, kind, region FROM public_organisation
WHERE starts_with(region, %(within)s) AND (region, code) > (%(region)s, %(code)s)
ORDER BY region, code LIMIT %(limit)s
