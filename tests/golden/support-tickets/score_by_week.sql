-- Survey scores of Enterprise and Starter customers by week (from its Monday), weeks with 20 answers or more.
-- selection: {"plans": ["Starter", "Enterprise"]}
-- ordered: ["props.x"]
with answers as (
  select plan, cast(opened_at as date) - (isodow(opened_at) - 1)::integer as monday, satisfaction
  from read_csv('data/tickets.csv')
  where satisfaction between 1 and 5 and plan <> 'Growth'
)
select plan as "split", monday as "props.x", round(sum(satisfaction) / count(*), 2) as "props.y"
from answers
group by plan, monday
having count(*) > 19
order by monday, plan;
