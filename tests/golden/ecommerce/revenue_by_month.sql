-- Revenue of the West per month, without cancelled orders.
-- selection: {"region": "West"}
-- ordered: true
select
  substr(cast(o.ordered_at as varchar), 1, 7) as "props.x",
  sum(o.total) as "props.y"
from read_csv('data/orders.csv') o, read_csv('data/customers.csv') c
where o.customer_id = c.customer_id
  and c.region = 'West'
  and o.status in ('delivered', 'returned', 'shipped')
group by 1
order by 1;
