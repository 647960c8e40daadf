//! The tables, models, relations and inputs of a shop. In the texts `SHOP` stands for its name, words in capitals for
//! columns, `NUMBER` for one of its own.

use super::Shop;

/// What chains call their columns.
pub(super) const WORDS: &[(&str, [&str; 3])] = &[
    ("TOTAL", ["total", "amount", "gross"]),
    ("REGION", ["region", "district", "area"]),
    ("STATUS", ["status", "progress", "stage"]),
    ("CHANNEL", ["channel", "sold_via", "way"]),
    ("CITY", ["city", "town", "place"]),
    ("CATEGORY", ["category", "department", "goods"]),
    ("BRAND", ["brand", "maker", "label"]),
    ("DEVICE", ["device", "browser", "screen"]),
    ("REASON", ["reason", "cause", "complaint"]),
];

/// Its eight tables.
pub(super) const TABLES: &str = "\
create table SHOP_raw_orders as select i as order_id, i % 60 as customer_id, timestamp '2025-01-01 08:00:00' + to_hours((i * 41)::integer) as ordered_at, ['web', 'app', 'store', 'phone'][1 + i % 4] as CHANNEL, ['open', 'delivered', 'cancelled'][1 + i % 3] as STATUS, ['North', 'South', 'East', 'West'][1 + i % 4] as REGION, case when i % 5 = 0 then 'SPRING' end as coupon, 4.5 as shipping, (i * 37 % 900)::double as TOTAL from range(200) t(i);
create table SHOP_raw_customers as select i as customer_id, 'Customer ' || i as full_name, ['Denver', 'Austin', 'Salem', 'O''Fallon', 'Boise', 'Tampa', 'Omaha', 'Fargo', 'Reno'][1 + i % 9] as CITY, ['Consumer', 'Club'][1 + i % 2] as segment, date '2020-01-01' + (i * 31)::integer as signed_up_on from range(60) t(i);
create table SHOP_raw_products as select i as product_id, 'sku-' || i as sku, ['Tents', 'Jackets', 'Footwear'][1 + i % 3] as CATEGORY, 'maker ' || i % 7 as BRAND, 20.0 + i as unit_cost, 45.0 + 3 * i as list_price from range(40) t(i);
create table SHOP_raw_lines as select i as line_id, i % 200 as order_id, i % 40 as product_id, 1 + i % 4 as quantity, 45.0 + i % 90 as unit_price, i % 15 as discount from range(400) t(i);
create table SHOP_raw_targets as select strftime(date '2025-01-01' + to_months(i::integer), '%Y-%m') as target_month, 4000.0 + i as planned from range(12) t(i);
create table SHOP_raw_visits as select timestamp '2025-01-01' + to_minutes((i * 97)::integer) as visited_at, ['phone', 'laptop', 'tablet'][1 + i % 3] as DEVICE, '/page/' || i % 9 as page, i * 13 % 400 as seconds from range(300) t(i);
create table SHOP_raw_stock as select i % 40 as product_id, ['main', 'harbour'][1 + i % 2] as depot, i * 7 % 120 as pieces, date '2025-06-01' + (i % 20)::integer as counted_on from range(160) t(i);
create table SHOP_raw_returns as select i as return_id, i * 5 % 200 as order_id, ['broken', 'late', 'too small'][1 + i % 3] as REASON, date '2025-02-01' + i::integer as returned_on, 10.0 + i as refund from range(50) t(i);
";

/// The items of `models`.
pub(super) fn models(shop: &mut Shop) -> String {
    shop.fill(
        "  # The shop SHOP.
  - name: SHOP_orders
    sql: |
      select
        o.order_id,
        o.customer_id,
        o.ordered_at,
        strftime(o.ordered_at, '%Y-%m') as order_month,
        o.CHANNEL,
        o.STATUS,
        o.REGION,
        o.coupon,
        o.shipping,
        o.TOTAL,
        c.CITY,
        c.segment
      from SHOP_raw_orders as o
      join SHOP_raw_customers as c on c.customer_id = o.customer_id
      where o.TOTAL < NUMBER + 1000
    metrics:
      - name: order_count
        expression: count(distinct order_id)
      - name: revenue
        expression: sum(TOTAL)
        description: What customers paid, shipping included.
      - name: coupon_share
        expression: round(100.0 * count(coupon) / count(order_id), 1)
    dimensions:
      - name: weekday
        expression: dayname(ordered_at)
      - name: size
        expression: case when TOTAL < NUMBER then 'small' else 'large' end
  - name: SHOP_customers
    sql: select customer_id, full_name, CITY, segment, signed_up_on from SHOP_raw_customers
    dimensions:
      - name: signup_year
        expression: year(signed_up_on)
  - name: SHOP_products
    sql: select product_id, sku, CATEGORY, BRAND, unit_cost, list_price from SHOP_raw_products where list_price > 1
    dimensions:
      - name: price_band
        expression: case when list_price < NUMBER then 'low' when list_price < NUMBER + 900 then 'middle' else 'high' end
  - name: SHOP_lines
    sql: |
      select line_id, order_id, product_id, quantity, unit_price,
        quantity * unit_price * (100 - discount) / 100 as line_amount
      from SHOP_raw_lines
    metrics:
      - name: units_sold
        expression: sum(quantity)
      - name: line_sales
        expression: sum(line_amount)
  - name: SHOP_targets
    sql: select target_month, planned, planned * 1.1 as hoped from SHOP_raw_targets
  - name: SHOP_visits
    sql: |
      select visited_at, DEVICE, page, seconds,
        row_number() over (partition by DEVICE order by visited_at) as visit_number
      from SHOP_raw_visits
    metrics:
      - name: mean_stay
        expression: avg(seconds)
  - name: SHOP_stock
    sql: with latest as (select max(counted_on) as day from SHOP_raw_stock) select s.* from SHOP_raw_stock as s, latest where s.counted_on <= latest.day
    metrics:
      - name: pieces_in_stock
        expression: sum(pieces)
  - name: SHOP_returns
    sql: select return_id, order_id, REASON, returned_on, refund from SHOP_raw_returns
    metrics:
      - name: refunded
        expression: sum(refund)
",
    )
}

/// The items of `relations`.
pub(super) fn relations(shop: &mut Shop) -> String {
    shop.fill(
        "  - name: SHOP_orders_customers
    condition: ${ref(SHOP_orders).customer_id} = ${ref(SHOP_customers).customer_id}
  - name: SHOP_lines_orders
    condition: ${ref(SHOP_lines).order_id} = ${ref(SHOP_orders).order_id}
  - name: SHOP_lines_products
    condition: ${ref(SHOP_lines).product_id} = ${ref(SHOP_products).product_id}
  - name: SHOP_stock_products
    condition: ${ref(SHOP_stock).product_id} = ${ref(SHOP_products).product_id}
  - name: SHOP_returns_orders
    condition: ${ref(SHOP_returns).order_id} = ${ref(SHOP_orders).order_id}
",
    )
}

/// The items of `inputs`.
pub(super) fn inputs(shop: &mut Shop) -> String {
    shop.fill(
        "  - name: SHOP_region
    type: single-select
    label: Region
    options: [North, South, East, West]
    display:
      type: dropdown
      default:
        value: West
  - name: SHOP_city
    type: single-select
    label: City
    options: ?{ select distinct CITY from ${ref(SHOP_customers)} where CITY not like '%''%' order by CITY }
    display:
      type: autocomplete
      default:
        value: Denver
  - name: SHOP_category
    type: multi-select
    label: Categories
    options: ?{ select distinct CATEGORY from ${ref(SHOP_products)} order by CATEGORY }
    display:
      type: tags
      default:
        values: [Footwear, Jackets, Tents]
  - name: SHOP_minimum
    type: single-select
    label: From ($)
    options: [\"0\", \"50\", \"100\", \"250\", \"500\"]
    display:
      type: slider
      default:
        value: \"50\"
",
    )
}
