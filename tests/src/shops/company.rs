//! What the shops of a company share: one model that 50 insights read.

/// So many shops have insights that read the company's model.
pub(super) const SHOPS: usize = 10;

/// Its table.
pub(super) const TABLE: &str = "\
create table company_days as select date '2025-01-01' + i::integer as day, i % 12 as period, 900 + i as staff, \
'Q' || (1 + i % 4) as quarter from range(365) t(i);
";

/// Its model.
pub(super) const MODEL: &str = "\
models:
  - name: company_days
    sql: select day, period, staff, quarter, staff * 7.5 as hours from company_days
    metrics:
      - name: most_staff
        expression: max(staff)
    dimensions:
      - name: week
        expression: date_trunc('week', day)
";

/// Five insights of a shop over the company's model.
pub(super) const INSIGHTS: [&str; 5] = [
    "staff
    props:
      type: bar
      x: ?{ ${ref(company_days).quarter} }
      y: ?{ ${ref(company_days).most_staff} + NUMBER }
    interactions:
      - filter: ?{ ${ref(company_days).period} > 3 and ${ref(company_days).staff} <> NUMBER }
",
    "hours
    props:
      type: scatter
      mode: lines
      x: ?{ ${ref(company_days).week} }
      y: ?{ sum(${ref(company_days).hours}) / NUMBER }
    interactions:
      - sort: ?{ ${ref(company_days).week} asc }
",
    "staff_above
    props:
      type: box
      y: ?{ ${ref(company_days).staff} }
    interactions:
      - filter: ?{ ${ref(company_days).staff} >= ${ref(SHOP_minimum).value} + NUMBER }
",
    "hours_of_quarter
    props:
      type: pie
      labels: ?{ ${ref(company_days).quarter} }
      values: ?{ sum(${ref(company_days).hours}) }
    interactions:
      - filter: ?{ ${ref(company_days).quarter} in ('Q1', 'Q2') or ${ref(company_days).hours} > NUMBER }
",
    "busy_days
    props:
      type: bar
      x: ?{ dayname(${ref(company_days).day}) }
      y: ?{ count(distinct ${ref(company_days).day}) }
    interactions:
      - filter: ?{ ${ref(company_days).most_staff} > NUMBER }
",
];
