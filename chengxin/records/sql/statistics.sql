-- name: shown
-- How many records were shown at the end of a month, by class and region; none of either stands for all.
SELECT item_class, region, shown FROM public_shown WHERE month = %(month)s;

-- name: months
-- The months of which there are figures, the newest first, two years at most.
SELECT DISTINCT month FROM public_shown ORDER BY month DESC LIMIT 24;

-- name: received
SELECT month, read, new, changed, waiting, refused, undone, late FROM public_received ORDER BY month DESC LIMIT %(most)s;

-- name: cases
SELECT month, kind, done FROM public_case ORDER BY month DESC, kind LIMIT %(most)s;

-- name: classes
SELECT value, label FROM public_code_value WHERE code_list = 'item_class' ORDER BY value;
