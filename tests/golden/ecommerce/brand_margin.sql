-- Sales and margin rate per brand over delivered orders. The insight has no input.
-- selection: {}
-- ordered: true
with lines as (
  select
    p.brand,
    i.quantity * i.unit_price * (1 - i.discount_percent / 100.0) as amount,
    i.quantity * p.unit_cost as cost
  from read_csv('data/order_items.csv') i
  join read_csv('data/products.csv') p using (product_id)
  join read_csv('data/orders.csv') o using (order_id)
  where o.status = 'delivered'
)
select
  round(sum(amount), 2) as "props.x",
  round(100 * (sum(amount) - sum(cost)) / sum(amount), 2) as "props.y",
  brand as "props.text"
from lines
group by brand
order by sum(amount) desc;
