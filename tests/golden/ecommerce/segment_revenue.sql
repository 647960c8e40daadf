-- Revenue per month of clubs and outfitters. The series are the values of the split.
-- selection: {"segments": ["Outfitter", "Club"]}
-- ordered: ["props.x"]
with sales as (
  select c.segment, date_trunc('month', o.ordered_at) as month, o.total
  from read_csv('data/orders.csv') o
  join read_csv('data/customers.csv') c using (customer_id)
  where o.status != 'cancelled'
)
select segment as "split", strftime(month, '%Y-%m') as "props.x", round(sum(total), 2) as "props.y"
from sales
where segment = 'Outfitter' or segment = 'Club'
group by segment, month
order by month, segment;
