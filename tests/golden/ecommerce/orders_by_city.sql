-- Orders of customers in Salt Lake City per month.
-- selection: {"city": "Salt Lake City"}
-- ordered: true
with buyers as (select customer_id from read_csv('data/customers.csv') where city = 'Salt Lake City')
select
  substr(cast(ordered_at as varchar), 1, 7) as "props.x",
  count(*) as "props.y"
from read_csv('data/orders.csv')
where customer_id in (select customer_id from buyers)
group by 1
order by 1;
