-- Open tickets at the end of each day around the outage of 16 June, counted ticket by ticket.
-- selection: {"opened_between": {"start": "2026-06-14", "end": "2026-06-20"}}
-- ordered: true
with days as (select unnest(range(date '2026-06-14', date '2026-06-21', interval 1 day))::date as day)
select
  day as "props.x",
  (
    select count(*)
    from read_csv('data/tickets.csv') t
    where t.opened_at < day + interval 1 day
      and (t.resolved_at is null or t.resolved_at >= day + interval 1 day)
  ) as "props.y"
from days
order by day;
