-- Sales of three categories, catalogue prices of 100 to 300 dollars, best category first.
-- selection: {"categories": ["Footwear", "Jackets", "Tents"], "price_range": {"start": 100, "end": 300}, "ranking": "DESC"}
-- ordered: true
with wanted as (
  select product_id, category
  from read_csv('data/products.csv')
  where list_price >= 100 and list_price <= 300 and category in ('Footwear', 'Jackets', 'Tents')
),
kept as (select order_id from read_csv('data/orders.csv') where status <> 'cancelled'),
lines as (
  select w.category, i.quantity, i.quantity * i.unit_price * (1 - i.discount_percent / 100.0) as amount
  from read_csv('data/order_items.csv') i
  join wanted w on w.product_id = i.product_id
  where i.order_id in (select order_id from kept)
)
select category as "props.x", round(sum(amount), 2) as "props.y", sum(quantity) as "props.text"
from lines
group by category
order by sum(amount) desc;
