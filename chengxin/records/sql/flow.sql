-- name: days
-- What was handed in day by day and what came of it, for whoever speaks: one's own, at the credit centre everybody's. The last day is today.
SELECT f.day, sum(f.new + f.changed + f.unchanged)::bigint, sum(f.waiting)::bigint, sum(f.refused)::bigint FROM records_days(%(first)s, %(last)s) f
GROUP BY f.day
UNION ALL SELECT %(last)s, n.accepted, n.waiting, n.refused FROM records_day_so_far(%(last)s) n
ORDER BY day

-- name: weeks
-- How long cases took, week by week.
SELECT w.kind, w.week, w.cases, w.median_h, w.ninth_h FROM records_weeks(%(first)s) w ORDER BY w.kind, w.week
