-- Resolutions of tickets opened in June: kept and missed promises. An unresolved ticket whose time is not up counts in neither.
-- selection: {"promise": "Resolution", "opened_between": {"start": "2026-06-01", "end": "2026-06-29"}}
-- ordered: true
with june as (
  select
    t.priority,
    p.resolve_hours,
    t.resolved_at,
    date_diff('minute', t.opened_at, coalesce(t.resolved_at, timestamp '2026-06-30')) > 60 * p.resolve_hours as late
  from read_csv('data/tickets.csv') t
  join read_csv('data/sla_policies.csv') p using (priority)
  where t.opened_at >= date '2026-06-01'
)
select
  priority as "props.x",
  round(100.0 * count(*) filter (not late and resolved_at is not null) / count(*) filter (late or resolved_at is not null), 1) as "props.y",
  count(*) filter (late) as "props.text"
from june
group by priority, resolve_hours
order by resolve_hours;
