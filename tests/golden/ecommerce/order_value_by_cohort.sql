-- Average order of 100 dollars or more in the web shop, by year of sign-up, where there were five or more.
-- selection: {"channel": "web", "minimum_order": "100"}
-- ordered: true
with per_year as (
  select extract(year from c.signed_up_on) as signed_up, sum(o.total) as money, count(*) as orders
  from read_csv('data/customers.csv') c
  join read_csv('data/orders.csv') o using (customer_id)
  where o.channel = 'web' and o.total >= 100
  group by 1
)
select signed_up as "props.x", round(money / orders, 2) as "props.y", orders as "props.text"
from per_year
where orders >= 5
order by signed_up;
