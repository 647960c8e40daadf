//! The insights of a shop, and what shows them.

use super::{INSIGHTS, Shop, company};

/// What chains add to conditions on orders.
const CONDITIONS: [&str; 6] = [
    "",
    " and ${ref(SHOP_orders).TOTAL} > NUMBER % 500",
    " and ${ref(SHOP_orders).STATUS} <> 'cancelled'",
    " and (${ref(SHOP_orders).coupon} is null or ${ref(SHOP_orders).TOTAL} between NUMBER and NUMBER + 2000)",
    " and lower(${ref(SHOP_orders).CHANNEL}) in ('web', 'app')",
    " and ${ref(SHOP_orders).ordered_at} >= date '2025-02-01' + NUMBER % 90",
];

/// Every shop has these.
const ALWAYS: &[&str] = &[
    "revenue_by_month
    description: Money taken per month in one region.
    props:
      type: bar
      x: ?{ ${ref(SHOP_orders).order_month} }
      y: ?{ ${ref(SHOP_orders).revenue} }
      marker:
        color: \"#2f6f5e\"
    interactions:
      - filter: ?{ ${ref(SHOP_orders).REGION} = '${ref(SHOP_region).value}'CONDITION }
      - sort: ?{ ${ref(SHOP_orders).order_month} asc }
",
    "orders_by_city
    props:
      type: scatter
      mode: lines+markers
      name: ${ref(SHOP_city).value}
      x: ?{ ${ref(SHOP_orders).order_month} }
      y: ?{ ${ref(SHOP_orders).order_count} }
    interactions:
      - filter: ?{ ${ref(SHOP_orders).CITY} = '${ref(SHOP_city).value}'CONDITION }
      - sort: ?{ ${ref(SHOP_orders).order_month} asc }
",
    "order_values
    description: How large orders are, by kind of customer.
    props:
      type: box
      y: ?{ ${ref(SHOP_orders).TOTAL} }
    interactions:
      - filter: ?{ ${ref(SHOP_orders).TOTAL} >= ${ref(SHOP_minimum).value}CONDITION }
      - filter: ?{ ${ref(SHOP_orders).REGION} = '${ref(SHOP_region).value}' }
      - split: ?{ ${ref(SHOP_orders).segment} }
",
    "order_value_by_cohort
    props:
      type: bar
      x: ?{ ${ref(SHOP_customers).signup_year} }
      y: ?{ round(${ref(SHOP_orders).revenue} / ${ref(SHOP_orders).order_count}, 2) }
    interactions:
      - filter: ?{ ${ref(SHOP_orders).order_count} >= NUMBER / 100 }
      - sort: ?{ ${ref(SHOP_customers).signup_year} asc }
",
    "category_sales
    description: Sales of the chosen categories.
    props:
      type: bar
      x: ?{ ${ref(SHOP_products).CATEGORY} }
      y: ?{ round(${ref(SHOP_lines).line_sales}, 2) }
    interactions:
      - filter: ?{ ${ref(SHOP_products).CATEGORY} in (${ref(SHOP_category).values}) }
      - filter: ?{ ${ref(SHOP_orders).REGION} <> ''CONDITION }
",
    "visits_by_device
    props:
      type: scatter
      mode: lines
      x: ?{ date_trunc('week', ${ref(SHOP_visits).visited_at}) }
      y: ?{ ${ref(SHOP_visits).mean_stay} }
    interactions:
      - filter: ?{ ${ref(SHOP_visits).DEVICE} = 'phone' or ${ref(SHOP_visits).seconds} > NUMBER }
      - split: ?{ ${ref(SHOP_visits).DEVICE} }
      - sort: ?{ date_trunc('week', ${ref(SHOP_visits).visited_at}) asc }
",
    "stock_by_depot
    props:
      type: bar
      x: ?{ ${ref(SHOP_stock).depot} }
      y: ?{ ${ref(SHOP_stock).pieces_in_stock} }
    interactions:
      - filter: ?{ ${ref(SHOP_stock).pieces} < NUMBER and ${ref(SHOP_products).list_price} > NUMBER / 100 }
",
    "returns_by_reason
    props:
      type: bar
      x: ?{ ${ref(SHOP_returns).REASON} }
      y: ?{ ${ref(SHOP_returns).refunded} }
    interactions:
      - filter: ?{ ${ref(SHOP_orders).REGION} = '${ref(SHOP_region).value}'CONDITION }
",
    "planned
    description: What finance planned for each month.
    props:
      type: scatter
      mode: lines
      x: ?{ ${ref(SHOP_targets).target_month} }
      y: ?{ sum(${ref(SHOP_targets).planned}) + NUMBER }
      line:
        dash: dot
    interactions:
      - sort: ?{ ${ref(SHOP_targets).target_month} asc }
",
];

/// Of these each chain has some.
const SOMETIMES: &[&str] = &[
    "revenue_by_segment
    props:
      type: scatter
      mode: lines
      x: ?{ ${ref(SHOP_orders).order_month} }
      y: ?{ round(${ref(SHOP_orders).revenue}, 2) }
    interactions:
      - filter: ?{ ${ref(SHOP_orders).segment} in ('Consumer', 'Club')CONDITION }
        split: ?{ ${ref(SHOP_orders).segment} }
        sort: ?{ ${ref(SHOP_orders).order_month} asc }
",
    "state_by_way
    props:
      type: bar
      x: ?{ ${ref(SHOP_orders).STATUS} }
      y: ?{ ${ref(SHOP_orders).order_count} }
    interactions:
      - filter: ?{ ${ref(SHOP_orders).CHANNEL} <> 'phone'CONDITION }
      - sort: ?{ ${ref(SHOP_orders).order_count} desc }
",
    "margin
    props:
      type: bar
      x: ?{ ${ref(SHOP_products).CATEGORY} }
      y: ?{ sum(${ref(SHOP_lines).line_amount} - ${ref(SHOP_lines).quantity} * ${ref(SHOP_products).unit_cost}) }
    interactions:
      - filter: ?{ ${ref(SHOP_lines).quantity} < NUMBER }
",
    "brands
    props:
      type: scatter
      mode: markers
      x: ?{ round(${ref(SHOP_lines).line_sales}, 2) }
      y: ?{ ${ref(SHOP_lines).units_sold} }
      text: ?{ ${ref(SHOP_products).BRAND} }
    interactions:
      - filter: ?{ ${ref(SHOP_products).CATEGORY} in (${ref(SHOP_category).values}) and ${ref(SHOP_products).unit_cost} < NUMBER }
      - sort: ?{ ${ref(SHOP_lines).line_sales} desc }
",
    "price_bands
    props:
      type: pie
      hole: 0.5
      labels: ?{ ${ref(SHOP_products).price_band} }
      values: ?{ ${ref(SHOP_lines).line_sales} }
",
    "refunds_per_order
    props:
      type: bar
      x: ?{ ${ref(SHOP_orders).order_month} }
      y: ?{ ${ref(SHOP_returns).refunded} / ${ref(SHOP_orders).order_count} }
    interactions:
      - filter: ?{ ${ref(SHOP_orders).TOTAL} >= ${ref(SHOP_minimum).value} }
",
    "large_orders
    props:
      type: bar
      x: ?{ ${ref(SHOP_orders).order_month} }
      y: ?{ sum(case when ${ref(SHOP_orders).TOTAL} > NUMBER then ${ref(SHOP_orders).TOTAL} else 0 end) }
    interactions:
      - filter: ?{ ${ref(SHOP_orders).CITY} = '${ref(SHOP_city).value}' and ${ref(SHOP_orders).REGION} = '${ref(SHOP_region).value}' }
",
    "by_hour
    props:
      type: heatmap
      x: ?{ ${ref(SHOP_orders).weekday} }
      y: ?{ hour(${ref(SHOP_orders).ordered_at}) }
      z: ?{ ${ref(SHOP_orders).order_count} }
    interactions:
      - filter: ?{ ${ref(SHOP_orders).shipping} < NUMBERCONDITION }
",
    "days_until_return
    props:
      type: histogram
      x: ?{ date_diff('day', ${ref(SHOP_orders).ordered_at}, ${ref(SHOP_returns).returned_on}) }
    interactions:
      - filter: ?{ ${ref(SHOP_returns).refund} > NUMBER / 30CONDITION }
",
    "coupons
    props:
      type: bar
      orientation: h
      x: ?{ ${ref(SHOP_orders).coupon_share} }
      y: ?{ ${ref(SHOP_orders).REGION} }
    interactions:
      - filter: ?{ ${ref(SHOP_orders).TOTAL} >= ${ref(SHOP_minimum).value}CONDITION }
      - sort: ?{ ${ref(SHOP_orders).REGION} desc }
",
    "sizes
    props:
      type: bar
      x: ?{ ${ref(SHOP_orders).size} }
      y: ?{ count(*) }
    interactions:
      - filter: ?{ ${ref(SHOP_orders).REGION} = '${ref(SHOP_region).value}' and ${ref(SHOP_orders).TOTAL} >= ${ref(SHOP_minimum).value} }
",
    "long_visits
    props:
      type: bar
      x: ?{ ${ref(SHOP_visits).page} }
      y: ?{ max(${ref(SHOP_visits).seconds}) }
    interactions:
      - filter: ?{ ${ref(SHOP_visits).visit_number} > 1 and ${ref(SHOP_visits).page} like '/page/%' }
      - filter: ?{ max(${ref(SHOP_visits).seconds}) > NUMBER / 10 }
",
];

/// The texts of its insights, from the name on, with gaps.
fn texts(shop: &Shop) -> Vec<String> {
    let mut rng = shop.chain.rng.clone();
    let of_chain = rng.choose_multiple(SOMETIMES, INSIGHTS - ALWAYS.len());
    let rest = if shop.of_company { company::INSIGHTS.iter().collect() } else { of_chain };
    let all = ALWAYS.iter().chain(rest);
    all.map(|text| text.replace("CONDITION", CONDITIONS[rng.usize(..CONDITIONS.len())])).collect()
}

/// The names of its insights.
fn names(shop: &Shop) -> Vec<String> {
    texts(shop).iter().map(|text| format!("{}_{}", shop.tag, text.lines().next().expect("a name"))).collect()
}

/// The items of `insights`.
pub(super) fn insights(shop: &mut Shop) -> String {
    let texts: String = texts(shop).iter().map(|text| format!("  - name: SHOP_{text}")).collect();
    shop.fill(&texts)
}

/// The items of `charts`.
pub(super) fn charts(shop: &mut Shop) -> String {
    let chart = |name| format!("  - name: {name}_chart\n    insights:\n      - ${{ref({name})}}\n");
    names(shop).into_iter().map(chart).collect()
}

/// The item of `dashboards`.
pub(super) fn dashboard(shop: &mut Shop) -> String {
    let tag = &shop.tag;
    let mut text = format!("  - name: {tag}\n    rows:\n      - height: compact\n        items:\n");
    for input in ["region", "city", "category", "minimum"] {
        text += &format!("          - input: ${{ref({tag}_{input})}}\n");
    }
    for row in names(shop).chunks(2) {
        text += "      - height: medium\n        items:\n";
        text.extend(row.iter().map(|name| format!("          - chart: ${{ref({name}_chart)}}\n")));
    }
    text
}
