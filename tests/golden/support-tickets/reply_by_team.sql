-- Chat: the middle reply time per team, and the share of tickets that got any reply.
-- selection: {"reply_channel": "chat"}
-- ordered: true
with waits as (
  select team, date_diff('minute', opened_at, first_reply_at) as minutes
  from read_csv('data/tickets.csv')
  where channel = 'chat'
)
select
  team as "props.x",
  quantile_cont(minutes, 0.5) as "props.y",
  round(100.0 * sum(case when minutes is null then 0 else 1 end) / count(*), 1) as "props.text"
from waits
group by team
order by 2;
