-- Platform: resolved tickets per agent, and those that took more than a day.
-- selection: {"team": "Platform", "slow_after": 24}
-- ordered: true
select
  a.agent_name as "props.x",
  count(*) as "props.y",
  count(*) filter (date_diff('minute', t.opened_at, t.resolved_at) > 24 * 60) as "props.text",
  concat(a.site, ', ', a.shift) as "props.hovertext"
from read_csv('data/agents.csv') a
join read_csv('data/tickets.csv') t on t.agent_id = a.agent_id
where a.team = 'Platform' and t.resolved_at is not null
group by all
order by 2 desc, 1;
