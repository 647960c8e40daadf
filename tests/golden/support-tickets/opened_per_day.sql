-- Urgent and low tickets per day in the second week of May.
-- selection: {"opened_between": {"start": "2026-05-11", "end": "2026-05-17"}, "priorities": ["urgent", "low"]}
-- ordered: ["props.x"]
select
  priority as "split",
  date_trunc('day', opened_at)::date as "props.x",
  count(*) as "props.y"
from read_csv('data/tickets.csv')
where opened_at >= timestamp '2026-05-11 00:00:00'
  and opened_at < timestamp '2026-05-18 00:00:00'
  and (priority = 'urgent' or priority = 'low')
group by all
order by 2, 1;
