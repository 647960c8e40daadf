select * from {t}
select i, s from {t} where i > 1 and s <> 'a'
select distinct s from {t} order by 1 desc nulls last limit 5 offset 1
select distinct on (s) s, i from {t} order by s, i
select s as "a b", i "c" from (from {t}) as x
select count(*), count(distinct s), sum(i) filter (where b) from {t}
select s, sum(i) from {t} group by s having sum(i) > 0
select s, d, sum(i) from {t} group by rollup (s, d)
select s, d, sum(i) from {t} group by grouping sets ((s), (d), ())
select s, d, sum(i) from {t} group by cube (s, d)
select s, sum(i) from {t} group by all order by all
select s, i, row_number() over (partition by s order by i desc) as n from {t}
select sum(i) over (order by d rows between 1 preceding and current row) from {t}
select sum(i) over (order by d rows between unbounded preceding and 1 following exclude ties) from {t}
select avg(f) over w, max(f) over w from {t} window w as (partition by s order by d)
select s, i from {t} qualify row_number() over (partition by s order by i) = 1
select lag(i, 1, 0) over (order by d) from {t}
select first_value(i ignore nulls) over (order by d) from {t}
select last(i order by d) from {t}
select string_agg(s, ', ' order by s desc) from {t}
select list(i order by i) from {t}
select arg_max(s, f), arg_min(s, f) from {t}
select quantile_cont(f, 0.5), median(f), mode(s) from {t}
select quantile_cont(f, [0.25, 0.75]) from {t}
select approx_count_distinct(s), stddev(f), var_pop(f) from {t}
select case when i > 1 then 'x' when i = 0 then 'y' else 'z' end from {t}
select case i when 1 then 'one' else 'more' end from {t}
select coalesce(s, 'none'), nullif(i, 0), ifnull(s, '') from {t}
select if(b, 'yes', 'no'), greatest(i, 1), least(i, 2) from {t}
select cast(i as varchar), i::double, try_cast(s as integer) from {t}
select d::timestamp, date '2025-01-01', timestamp '2025-01-01 10:00:00' from {t}
select d + interval 1 day, d - interval '1 month', d + 7 from {t}
select date_trunc('month', d), extract(year from d), date_part('week', d) from {t}
select strftime(d, '%Y-%m'), dayname(d), last_day(d) from {t}
select date_diff('day', d, current_date), age(d) from {t}
select d between '2025-01-01' and '2025-12-31' from {t}
select i in (1, 2, 3), s not in ('a', 'b') from {t}
select s like 'a%', s ilike '%B', s not like '_', s similar to 'a.*' from {t}
select s like 'a!%' escape '!' from {t}
select s ~ '^a', regexp_matches(s, 'b$'), regexp_replace(s, 'a', 'b', 'g') from {t}
select s glob 'a*' from {t}
select s || '-' || i, concat(s, i), concat_ws(',', s, i) from {t}
select upper(s), lower(s), trim(s), ltrim(s), length(s), substring(s, 1, 2), s[1:2] from {t}
select substring(s from 1 for 2), position('a' in s), overlay('abc' placing 'x' from 2 for 1) from {t}
select split_part(s, ',', 1), string_split(s, ','), replace(s, 'a', 'b') from {t}
select printf('%d', i), format('{}', s), lpad(s, 5, '0') from {t}
select i // 2, i % 2, i ** 2, i ^ 2, -i, +i, abs(i), i & 1, i | 1, i << 1, ~i from {t}
select round(f, 2), floor(f), ceil(f), sqrt(f), ln(f), f / 0 from {t}
select i is null, i is not null, s is distinct from 'a', b is true, b is not false from {t}
select i isnull, i notnull from {t}
select not b, b and true, b or false, (b and not b) or true from {t}
select [1, 2, 3], [i, i + 1], l[1], l[-1], l[1:2] from {t}
select list_transform([1, 2], lambda x: x + 1)
select list_filter(l, lambda x: x <> 'a') from {t}
select [x || '!' for x in l] from {t}
select [x for x in l if x <> 'a'] from {t}
select len(l), list_contains(l, 'x'), array_length(l), unnest(l) from {t}
select {'a': 1, 'b': 'x'} as r
select r.a from (select {'a': 1} as r)
select struct_pack(a := i, b := s) from {t}
select map {'a': 1, 'b': 2}['a']
select map([1, 2], ['a', 'b'])
select row(i, s), (i, s) from {t}
select i, s from {t} where (i, s) in ((1, 'a'), (2, 'b'))
select * exclude (i) from {t}
select * replace (i + 1 as i) from {t}
select * rename (i as j) from {t}
select * exclude (i, s) replace (f * 2 as f) from {t}
select columns('^[is]$') from {t}
select min(columns(*)) from {t}
select max(columns(* exclude (l))) from {t}
select t.*, 1 as one from {t}
select t.i, u.s from {t} join {u} on t.i = u.i
select t.i, u.s from {t} left join {u} using (i)
select * from {t} natural join {u}
select * from {t} cross join {u}
select * from {t}, {u} where t.i = u.i
select * from {t} full outer join {u} on t.i = u.i and t.s = u.s
select * from {t} semi join {u} on t.i = u.i
select * from {t} anti join {u} on t.i = u.i
select * from {t} asof join {u} on t.i >= u.i
select * from {t} positional join {u}
select * from {t} right join {u} on t.i < u.i
select t.i, x.m from {t}, lateral (select max(u.i) as m from {u} where u.i <= t.i) x
select i, (select max(u.i) from {u}) as m from {t}
select i from {t} where exists (select 1 from {u} where u.i = t.i)
select i from {t} where i = any (select u.i from {u})
select i from {t} where i > all (select u.i from {u})
select i from {t} where s in (select u.s from {u})
with a as (select i from {t}), b as (select i + 1 as i from a) select * from a union all select * from b
with a as materialized (select i from {t}) select * from a
with a as not materialized (select i from {t}) select * from a
with a(x, y) as (select i, s from {t}) select x, y from a
with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select * from r
select i from {t} union select u.i from {u}
select i from {t} intersect select u.i from {u}
select i from {t} except select u.i from {u}
select i, s from {t} union by name select u.s, u.i from {u}
(select i from {t}) union all (select u.i from {u} limit 1) order by 1
from {t}
from {t} select s, i
from {t} where i > 0
from {t} select s, count(*) group by s
select * from (from {t} where i > 0)
values (1, 'a'), (2, 'b')
select * from (values (1, 'a'), (2, 'b')) v(x, y)
from (values (1), (2)) v(x) select sum(x)
select * from range(5)
select * from range(1, 10, 2) r(n)
select * from generate_series(date '2025-01-01', date '2025-02-01', interval 1 day)
select unnest([1, 2, 3]) as n
select * from unnest([1, 2, 3]) as x(n)
select * from {t} using sample 10
select * from {t} using sample 10%
select * from {t} tablesample reservoir(5)
select * from {t} limit 50%
pivot {t} on s in ('a', 'b') using sum(i)
pivot {t} on s in ('a', 'b') using sum(i) group by d
select * from (pivot {t} on s in ('a', 'b') using sum(i))
select * from {t} pivot (sum(i) for s in ('a', 'b'))
unpivot (select 1 as x, 2 as y) on x, y into name n value v
unpivot (select 1 as x, 2 as y) on columns(*)
select * from (select 1 as x, 2 as y) unpivot (v for n in (x, y))
select 1 as x, x + 1 as y
select i as n from {t} where n > 0
select a: 1, b: 'x'
select #1 from {t}
select i, from {t}
select 1_000_000, 1e3, .5, 5., 0x1F
select 'it''s', E'a\nb', $$it's$$, $x$a$x$
select (i)::varchar as label from {t}
select "i" from {t} where "s" = 'a'
select i /* a comment */ from {t} -- to the end
select i from {t} where s = 'a;b'
select s collate nocase from {t} order by s collate nocase
select i from {t} order by all desc
select i from {t} order by s asc nulls first, i desc
select count(*) filter (b), sum(i) filter (where i > 1 and b) from {t}
select any_value(s), bool_and(b), bool_or(b), bit_or(i), product(f) from {t}
select histogram(s) from {t}
select grouping(s), s from {t} group by s
select json_object('a', i), json_array(i, s) from {t}
select '{"a": [1]}'::json -> 'a' -> 0, '{"a": 1}'::json ->> '$.a'
select json_extract('{"a": 1}', '$.a')
select typeof(i), pg_typeof(s) from {t}
select current_date, current_timestamp, now(), today()
select time '10:00:00', interval '2 days 3 hours', interval (i) month from {t}
select 1::decimal(10, 2), 'a'::varchar(5), [1]::int[], {'a': 1}::struct(a bigint)
select i::uinteger, f::float, b::int, 'x'::blob from {t}
select s ^@ 'a', starts_with(s, 'a'), s.upper(), s.substring(1, 2) from {t}
select [1, 2] && [2, 3], list_has_any([1], [2])
select 2 in [1, 2, 3]
select exists (from {t}), array(select i from {t})
select 5!, @(-5), factorial(5)
select sum(i)::int from {t} group by ()
select sum(case when b then i end) * 100.0 / nullif(sum(i), 0) as percent from {t}
select date_trunc('week', d)::date as week, s, sum(f) as total from {t} group by 1, 2 order by 1, 2
select s, sum(i) as n, sum(sum(i)) over () as total from {t} group by s
select s, n, n / sum(n) over () as share from (select s, count(*) as n from {t} group by s)
select time_bucket(interval '1 week', d), count(*) from {t} group by 1
select make_date(2025, 1, 1), epoch_ms(0), to_timestamp(0) is not null
select md5(s), hash(s), uuid() is not null from {t}
select width_bucket from (select 1 as width_bucket)
select {'a': [{'b': 2}]}.a[1].b is null
select list_reduce([1, 2, 3], lambda a, b: a + b), list_sort([2, 1]), list_distinct([1, 1])
select max_by(s, i), min_by(s, i), count_if(b), sum(distinct i) from {t}
select extract(month from d) as x, s || 'x' as y from {t} where i not in (4, 5) order by 1
select i * 2 - 1 as x, f as y from {t} where s is distinct from 'z' order by 1 limit 10
select x, count(*) as n from (select strftime(d, '%Y') as x from {t}) q group by x order by 1 nulls last
select i * 2 - 1 as x, avg(f) as y from {t} group by i * 2 - 1
select length(s) as x, avg(f) as y from {t} where f between 0 and 10 group by length(s) order by 1
select coalesce(i, 0) as x, min(d) as y from {t} where not b group by coalesce(i, 0) limit 5
select case when b then 1 else 0 end as x, coalesce(i, 0) as y from {t} where b order by 1 desc
select x, count(*) as n from (select round(f, 1) as x from {t} where (i = 1 or s = 'b')) q group by x
select date_trunc('month', d) as x, sum(i) filter (where b) as y from {t} where extract(year from d) = 2025 group by date_trunc('month', d) having count(*) > 0 order by 1 nulls last
select -f as x, date_trunc('month', d) as y from {t} where d < current_date and s is distinct from 'z' order by 1 limit 10
with q as (select length(s) as x, s as y from {t} where d >= '2025-01-01') select x, y from q order by 1
with q as (select date_trunc('month', d) as x, l[1] as y from {t}) select x, y from q order by 1 desc
select x, count(*) as n from (select f as x from {t}) q group by x order by 1 desc
select s, sum(i) over (partition by s) as y from {t} where b and (i = 1 or s = 'b') order by 1 desc
select x, count(*) as n from (select coalesce(i, 0) as x from {t} where b) q group by x limit 5
select abs(i), count(*) over (partition by s) as y from {t} where s = 'a' and s like '%a%' limit 5
select x, count(*) as n from (select s || 'x' as x from {t} where s = 'a') q group by x order by 1 nulls last
select f / 2 as x, round(avg(i), 2) as y from {t} where length(s) > 0 group by f / 2
select i + 1 as x, list(i) as y from {t} where i not in (4, 5) group by i + 1 order by 1 limit 10
select x, count(*) as n from (select length(s) as x from {t}) q group by x order by 1 nulls last
with q as (select coalesce(i, 0) as x, abs(i) as y from {t}) select x, y from q
select not b as x, sum(case when b then f end) as y from {t} group by not b having count(*) > 1 order by 1 desc
select l[1], row_number() over (partition by s) as y from {t} where d < current_date limit 5
select x, count(*) as n from (select s as x from {t} where extract(year from d) = 2025 and i is not null) q group by x limit 5
select x, count(*) as n from (select round(f, 1) as x from {t} where extract(year from d) = 2025) q group by x order by 1 limit 10
select x, count(*) as n from (select round(f, 1) as x from {t} where d < current_date and i is not null) q group by x limit 5
with q as (select -f as x, i::double as y from {t}) select x, y from q order by 1
with q as (select date_trunc('month', d) as x, round(f, 1) as y from {t} where f between 0 and 10) select x, y from q order by 1 desc
with q as (select coalesce(i, 0) as x, if(i > 1, 'x', 'y') as y from {t}) select x, y from q limit 5
with q as (select i * 2 - 1 as x, extract(month from d) as y from {t}) select x, y from q order by 1 limit 10
select x, count(*) as n from (select coalesce(i, 0) as x from {t}) q group by x limit 5
select -f as x, min(d) as y from {t} where not b and s like '%a%' group by -f limit 5
select s as x, min(d) as y from {t} where d >= '2025-01-01' group by s order by 1 desc
select x, count(*) as n from (select not b as x from {t} where s in ('a', 'b') and f between 0 and 10) q group by x order by 1
select i as x, date_trunc('month', d) as y from {t} order by 1 nulls last
select if(i > 1, 'x', 'y'), count(*) over (partition by s) as y from {t} order by 1 limit 10
with q as (select f as x, coalesce(i, 0) as y from {t} where d < current_date and b) select x, y from q order by 1 nulls last
with q as (select strftime(d, '%Y') as x, greatest(i, 3) as y from {t} where not b) select x, y from q order by 1 limit 10
select strftime(d, '%Y') as x, abs(i) as y from {t} order by 1 limit 10
select date_trunc('month', d), min(d) over (partition by s) as y from {t} where s ilike 'A' and b order by 1 desc
select i::double, count(*) over (partition by s) as y from {t} where s is distinct from 'z' and not b order by 1 limit 10
with q as (select -f as x, coalesce(i, 0) as y from {t} where (i = 1 or s = 'b')) select x, y from q order by 1 desc
select coalesce(i, 0) as x, sum(i) filter (where b) as y from {t} where s like '%a%' and i > 1 and b group by coalesce(i, 0)
select i as x, median(f) as y from {t} where extract(year from d) = 2025 group by i
select i + 1 as x, max(s) as y from {t} where l[1] = 'x' and d >= '2025-01-01' group by i + 1
select x, count(*) as n from (select not b as x from {t} where i not in (4, 5)) q group by x order by 1 desc
select nullif(s, 'a'), min(d) over (partition by s) as y from {t} where i > 1 order by 1 desc
select nullif(s, 'a'), max(s) over (partition by s) as y from {t} where length(s) > 0 order by 1 nulls last
select if(i > 1, 'x', 'y') as x, sum(case when b then f end) as y from {t} where extract(year from d) = 2025 and s is distinct from 'z' group by if(i > 1, 'x', 'y') limit 5
with q as (select length(s) as x, d as y from {t}) select x, y from q limit 5
select strftime(d, '%Y') as x, sum(case when b then f end) as y from {t} group by strftime(d, '%Y') having count(*) > 2 order by 1 desc
select not b as x, count(distinct s) as y from {t} where s ilike 'A' and s = 'a' group by not b having count(*) > 0
with q as (select d as x, nullif(s, 'a') as y from {t} where s in ('a', 'b') and s is distinct from 'z') select x, y from q limit 5
with q as (select s as x, f as y from {t} where b) select x, y from q order by 1 desc
select i + 1 as x, string_agg(s, ',') as y from {t} where s in ('a', 'b') group by i + 1 having count(*) > 0 order by 1 limit 10
with q as (select nullif(s, 'a') as x, case when b then 1 else 0 end as y from {t} where d >= '2025-01-01') select x, y from q limit 5
select x, count(*) as n from (select extract(month from d) as x from {t} where extract(year from d) = 2025 and s ilike 'A') q group by x order by 1 desc
select s as x, i + 1 as y from {t} where s ilike 'A' and s like '%a%' order by 1 desc
select not b, avg(f) over (partition by s) as y from {t} order by 1 desc
select upper(s) as x, sum(i) filter (where b) as y from {t} group by upper(s) order by 1
select greatest(i, 3), max(s) over (partition by s) as y from {t} where s in ('a', 'b')
select f as x, sum(i) as y from {t} where s = 'a' and b group by f order by 1 nulls last
select d, min(d) over (partition by s) as y from {t} order by 1
select x, count(*) as n from (select date_trunc('month', d) as x from {t} where s is distinct from 'z' and s ilike 'A') q group by x order by 1
select greatest(i, 3), avg(f) over (partition by s) as y from {t} where l[1] = 'x' and s = 'a' order by 1 limit 10
select -f as x, sum(f) / count(*) as y from {t} where s = 'a' group by -f having count(*) > 1 order by 1
with q as (select abs(i) as x, nullif(s, 'a') as y from {t} where extract(year from d) = 2025 and i > 1 and b) select x, y from q order by 1 limit 10
select x, count(*) as n from (select round(f, 1) as x from {t} where not b) q group by x
select x, count(*) as n from (select case when b then 1 else 0 end as x from {t} where i is not null) q group by x order by 1
select x, count(*) as n from (select nullif(s, 'a') as x from {t} where d < current_date) q group by x order by 1 desc
select x, count(*) as n from (select s as x from {t} where b and d >= '2025-01-01') q group by x limit 5
select coalesce(i, 0) as x, length(s) as y from {t} where s = 'a' order by 1
with q as (select strftime(d, '%Y') as x, upper(s) as y from {t} where d < current_date and i > 1 and b) select x, y from q order by 1
with q as (select date_trunc('month', d) as x, coalesce(i, 0) as y from {t}) select x, y from q limit 5
select x, count(*) as n from (select i * 2 - 1 as x from {t} where length(s) > 0) q group by x limit 5
select i, max(s) over (partition by s) as y from {t} where not b and s = 'a'
with q as (select strftime(d, '%Y') as x, date_trunc('month', d) as y from {t}) select x, y from q order by 1
select d as x, abs(i) as y from {t} where extract(year from d) = 2025 order by 1 nulls last
select s as x, list(i) as y from {t} where s = 'a' and s ilike 'A' group by s order by 1
select greatest(i, 3) as x, case when b then 1 else 0 end as y from {t} where (i = 1 or s = 'b')
select not b, count(*) over (partition by s) as y from {t} where i > 1 order by 1 nulls last
select abs(i) as x, string_agg(s, ',') as y from {t} group by abs(i) order by 1 limit 10
select coalesce(i, 0), sum(i) over (partition by s) as y from {t} order by 1
select i + 1 as x, sum(i) filter (where b) as y from {t} where s is distinct from 'z' and (i = 1 or s = 'b') group by i + 1 order by 1
with q as (select abs(i) as x, upper(s) as y from {t} where s like '%a%' and i is not null) select x, y from q
select x, count(*) as n from (select if(i > 1, 'x', 'y') as x from {t}) q group by x order by 1 desc
select f, sum(i) over (partition by s) as y from {t} order by 1 nulls last
select coalesce(i, 0) as x, greatest(i, 3) as y from {t} where i not in (4, 5) order by 1
select -f as x, round(avg(i), 2) as y from {t} where s is distinct from 'z' group by -f order by 1 limit 10
select coalesce(i, 0), row_number() over (partition by s) as y from {t} where i > 1 and b and s = 'a'
select x, count(*) as n from (select not b as x from {t} where d < current_date) q group by x order by 1 nulls last
select x, count(*) as n from (select extract(month from d) as x from {t} where d < current_date) q group by x order by 1
select date_trunc('month', d), max(s) over (partition by s) as y from {t} where d >= '2025-01-01' order by 1 desc
select x, count(*) as n from (select i * 2 - 1 as x from {t} where length(s) > 0 and d >= '2025-01-01') q group by x order by 1 desc
select length(s) as x, sum(i) filter (where b) as y from {t} where i not in (4, 5) group by length(s)
select abs(i) as x, extract(month from d) as y from {t} where s = 'a' and f between 0 and 10
with q as (select strftime(d, '%Y') as x, upper(s) as y from {t}) select x, y from q order by 1 desc
select length(s), count(*) over (partition by s) as y from {t} where i > 1 and b order by 1 limit 10
select upper(s) as x, date_trunc('month', d) as y from {t} limit 5
with q as (select extract(month from d) as x, abs(i) as y from {t} where s like '%a%') select x, y from q order by 1 nulls last
with q as (select s as x, f as y from {t} where f between 0 and 10 and (i = 1 or s = 'b')) select x, y from q order by 1 nulls last
select not b as x, extract(month from d) as y from {t} order by 1 nulls last
select x, count(*) as n from (select f as x from {t} where s is distinct from 'z') q group by x
with q as (select nullif(s, 'a') as x, i as y from {t} where l[1] = 'x' and extract(year from d) = 2025) select x, y from q order by 1 limit 10
with q as (select length(s) as x, strftime(d, '%Y') as y from {t} where s ilike 'A') select x, y from q order by 1
select date_trunc('month', d) as x, strftime(d, '%Y') as y from {t} where i > 1 and b order by 1 desc
select i as x, bool_or(b) as y from {t} where i > 1 and b and i > 1 group by i having count(*) > 0 order by 1 desc
select nullif(s, 'a') as x, coalesce(i, 0) as y from {t} where extract(year from d) = 2025 order by 1 limit 10
with q as (select f as x, upper(s) as y from {t}) select x, y from q order by 1 limit 10
select case when b then 1 else 0 end, count(*) over (partition by s) as y from {t} where l[1] = 'x' order by 1
select x, count(*) as n from (select case when b then 1 else 0 end as x from {t}) q group by x order by 1 limit 10
with q as (select upper(s) as x, f as y from {t} where s in ('a', 'b') and not b) select x, y from q
with q as (select i * 2 - 1 as x, upper(s) as y from {t} where length(s) > 0 and s like '%a%') select x, y from q order by 1 nulls last
with q as (select l[1] as x, extract(month from d) as y from {t} where s in ('a', 'b') and (i = 1 or s = 'b')) select x, y from q order by 1
select x, count(*) as n from (select i as x from {t} where length(s) > 0) q group by x order by 1
select extract(month from d) as x, f as y from {t} order by 1 desc
select x, count(*) as n from (select s as x from {t}) q group by x
select f / 2 as x, length(s) as y from {t} where extract(year from d) = 2025
select f / 2 as x, nullif(s, 'a') as y from {t} where b and d < current_date order by 1 limit 10
select strftime(d, '%Y') as x, length(s) as y from {t} where s ilike 'A' order by 1 limit 10
select date_trunc('month', d) as x, list(i) as y from {t} where (i = 1 or s = 'b') group by date_trunc('month', d) order by 1 desc
select nullif(s, 'a') as x, -f as y from {t} where s ilike 'A' and i not in (4, 5) order by 1 nulls last
select x, count(*) as n from (select f as x from {t} where extract(year from d) = 2025) q group by x order by 1 nulls last
select x, count(*) as n from (select -f as x from {t}) q group by x limit 5
select i as x, bool_or(b) as y from {t} where f between 0 and 10 and (i = 1 or s = 'b') group by i having count(*) > 1 order by 1 nulls last
select greatest(i, 3) as x, if(i > 1, 'x', 'y') as y from {t} order by 1 limit 10
select coalesce(i, 0), min(d) over (partition by s) as y from {t}
select s as x, upper(s) as y from {t} order by 1 desc
select i + 1 as x, s || 'x' as y from {t} where not b and s is distinct from 'z' order by 1
select length(s) as x, avg(f) as y from {t} group by length(s)
select i as x, median(f) as y from {t} where l[1] = 'x' and s in ('a', 'b') group by i having count(*) > 1
select i as x, abs(i) as y from {t} where extract(year from d) = 2025 and l[1] = 'x'
select i * 2 - 1, row_number() over (partition by s) as y from {t} order by 1 nulls last
with q as (select greatest(i, 3) as x, extract(month from d) as y from {t} where i > 1) select x, y from q order by 1 nulls last
select x, count(*) as n from (select i::double as x from {t}) q group by x order by 1
with q as (select i + 1 as x, coalesce(i, 0) as y from {t} where d < current_date) select x, y from q order by 1
select i::double as x, f / 2 as y from {t} where i > 1 and b and i > 1 limit 5
select i * 2 - 1 as x, count(*) as y from {t} where s = 'a' and length(s) > 0 group by i * 2 - 1 order by 1
select -f as x, abs(i) as y from {t} where i not in (4, 5) order by 1
select x, count(*) as n from (select date_trunc('month', d) as x from {t} where s in ('a', 'b') and i is not null) q group by x order by 1
select round(f, 1) as x, f / 2 as y from {t} where i > 1 and b
select greatest(i, 3), avg(f) over (partition by s) as y from {t} where s ilike 'A' and i not in (4, 5) order by 1
select s || 'x' as x, i as y from {t} where b and s like '%a%' order by 1 nulls last
select i, avg(f) over (partition by s) as y from {t} where i > 1 and b
select s, count(*) over (partition by s) as y from {t}
select length(s), max(s) over (partition by s) as y from {t} where l[1] = 'x' and i is not null limit 5
select case when b then 1 else 0 end as x, list(i) as y from {t} where i not in (4, 5) group by case when b then 1 else 0 end
select x, count(*) as n from (select case when b then 1 else 0 end as x from {t} where length(s) > 0 and b) q group by x order by 1 nulls last
select d as x, abs(i) as y from {t} where i not in (4, 5)
select x, count(*) as n from (select -f as x from {t} where d < current_date) q group by x order by 1 desc
select s || 'x' as x, abs(i) as y from {t} where i is not null order by 1 desc
with q as (select greatest(i, 3) as x, s || 'x' as y from {t} where i is not null) select x, y from q order by 1 limit 10
with q as (select i * 2 - 1 as x, extract(month from d) as y from {t} where s ilike 'A' and d >= '2025-01-01') select x, y from q
with q as (select s as x, if(i > 1, 'x', 'y') as y from {t} where i > 1) select x, y from q order by 1 limit 10
select f as x, i::double as y from {t} where s like '%a%' and d >= '2025-01-01' limit 5
select -f, max(s) over (partition by s) as y from {t} where i not in (4, 5) order by 1 desc
select x, count(*) as n from (select -f as x from {t} where d >= '2025-01-01' and s is distinct from 'z') q group by x order by 1 desc
with q as (select length(s) as x, coalesce(i, 0) as y from {t} where l[1] = 'x' and extract(year from d) = 2025) select x, y from q order by 1 nulls last
select i + 1, avg(f) over (partition by s) as y from {t} order by 1 desc
select length(s), max(s) over (partition by s) as y from {t} where length(s) > 0 order by 1 nulls last
select greatest(i, 3), count(*) over (partition by s) as y from {t} where not b and l[1] = 'x' order by 1 nulls last
select i as x, sum(f) / count(*) as y from {t} where l[1] = 'x' and f between 0 and 10 group by i order by 1 limit 10
select x, count(*) as n from (select i::double as x from {t} where i > 1 and b and d >= '2025-01-01') q group by x order by 1
with q as (select i::double as x, date_trunc('month', d) as y from {t}) select x, y from q order by 1 desc
select greatest(i, 3) as x, if(i > 1, 'x', 'y') as y from {t} where d >= '2025-01-01' order by 1 desc
select f as x, max(s) as y from {t} group by f having count(*) > 2 order by 1 limit 10
select case when b then 1 else 0 end as x, i * 2 - 1 as y from {t} where d >= '2025-01-01' and length(s) > 0 order by 1 desc
with q as (select coalesce(i, 0) as x, d as y from {t}) select x, y from q order by 1 nulls last
select d as x, coalesce(i, 0) as y from {t} where l[1] = 'x' order by 1 nulls last
select length(s) as x, i::double as y from {t} where s ilike 'A' order by 1 desc
with q as (select nullif(s, 'a') as x, l[1] as y from {t}) select x, y from q
select case when b then 1 else 0 end, max(s) over (partition by s) as y from {t}
with q as (select f as x, d as y from {t}) select x, y from q order by 1 limit 10
select i::double, avg(f) over (partition by s) as y from {t} where length(s) > 0 and s = 'a' order by 1
select case when b then 1 else 0 end, sum(i) over (partition by s) as y from {t} where (i = 1 or s = 'b') limit 5
with q as (select i + 1 as x, coalesce(i, 0) as y from {t}) select x, y from q limit 5
select coalesce(i, 0), count(*) over (partition by s) as y from {t} order by 1 limit 10
select coalesce(i, 0), sum(i) over (partition by s) as y from {t} where extract(year from d) = 2025 and s is distinct from 'z' limit 5
select i + 1 as x, min(d) as y from {t} where i not in (4, 5) group by i + 1 having count(*) > 2 order by 1
select x, count(*) as n from (select d as x from {t} where not b and extract(year from d) = 2025) q group by x
select strftime(d, '%Y'), sum(i) over (partition by s) as y from {t} where s ilike 'A' limit 5
select x, count(*) as n from (select f / 2 as x from {t} where extract(year from d) = 2025 and l[1] = 'x') q group by x order by 1 limit 10
select extract(month from d), min(d) over (partition by s) as y from {t} order by 1
select x, count(*) as n from (select coalesce(i, 0) as x from {t}) q group by x order by 1
select greatest(i, 3) as x, f / 2 as y from {t}
select x, count(*) as n from (select abs(i) as x from {t}) q group by x order by 1 nulls last
with q as (select i::double as x, strftime(d, '%Y') as y from {t} where i > 1 and not b) select x, y from q order by 1 limit 10
select x, count(*) as n from (select greatest(i, 3) as x from {t}) q group by x order by 1 nulls last
select s as x, median(f) as y from {t} where f between 0 and 10 group by s order by 1
select upper(s) as x, list(i) as y from {t} where s is distinct from 'z' group by upper(s) order by 1 nulls last
with q as (select i as x, f / 2 as y from {t} where l[1] = 'x') select x, y from q order by 1 desc
select strftime(d, '%Y'), max(s) over (partition by s) as y from {t} order by 1 desc
select not b as x, length(s) as y from {t} where i is not null order by 1 limit 10
select i + 1 as x, sum(i) as y from {t} where f between 0 and 10 group by i + 1
select length(s), max(s) over (partition by s) as y from {t} where i > 1 limit 5
with q as (select length(s) as x, extract(month from d) as y from {t} where i > 1) select x, y from q limit 5
select x, count(*) as n from (select l[1] as x from {t} where d >= '2025-01-01') q group by x order by 1 limit 10
select x, count(*) as n from (select d as x from {t} where length(s) > 0) q group by x
select f / 2 as x, list(i) as y from {t} where d >= '2025-01-01' group by f / 2 having count(*) > 1 order by 1 nulls last
with q as (select length(s) as x, i + 1 as y from {t}) select x, y from q order by 1 desc
with q as (select l[1] as x, f / 2 as y from {t} where s in ('a', 'b') and s like '%a%') select x, y from q order by 1 nulls last
select nullif(s, 'a') as x, list(i) as y from {t} group by nullif(s, 'a') having count(*) > 2 order by 1 nulls last
select s || 'x' as x, sum(case when b then f end) as y from {t} group by s || 'x'
select x, count(*) as n from (select i * 2 - 1 as x from {t} where d < current_date and b) q group by x limit 5
select i * 2 - 1, min(d) over (partition by s) as y from {t} where d >= '2025-01-01' and i > 1 limit 5
select round(f, 1), count(*) over (partition by s) as y from {t} where i > 1 and s = 'a' limit 5
with q as (select abs(i) as x, s || 'x' as y from {t} where s ilike 'A' and length(s) > 0) select x, y from q order by 1
select i::double as x, sum(i) filter (where b) as y from {t} group by i::double
select f as x, count(*) as y from {t} group by f having count(*) > 2 order by 1 nulls last
select x, count(*) as n from (select extract(month from d) as x from {t} where length(s) > 0 and not b) q group by x order by 1 desc
select s as x, coalesce(i, 0) as y from {t} where l[1] = 'x'
with q as (select s as x, abs(i) as y from {t}) select x, y from q order by 1
select x, count(*) as n from (select coalesce(i, 0) as x from {t} where s in ('a', 'b') and l[1] = 'x') q group by x order by 1
select d as x, max(s) as y from {t} where i > 1 and b and length(s) > 0 group by d
select i::double as x, d as y from {t} order by 1 desc
select s, avg(f) over (partition by s) as y from {t}
with q as (select l[1] as x, d as y from {t} where length(s) > 0 and f between 0 and 10) select x, y from q order by 1 limit 10
with q as (select i::double as x, f as y from {t} where s = 'a' and i > 1 and b) select x, y from q order by 1 desc
select extract(month from d), sum(i) over (partition by s) as y from {t} where b and i > 1 and b
select x, count(*) as n from (select strftime(d, '%Y') as x from {t} where i > 1 and b) q group by x limit 5
select x, count(*) as n from (select coalesce(i, 0) as x from {t} where i not in (4, 5) and i > 1 and b) q group by x order by 1
select l[1] as x, median(f) as y from {t} where i not in (4, 5) and s ilike 'A' group by l[1]
select round(f, 1) as x, extract(month from d) as y from {t} where d < current_date and (i = 1 or s = 'b') limit 5
select case when b then 1 else 0 end as x, max(s) as y from {t} where d < current_date and i is not null group by case when b then 1 else 0 end order by 1
select i, max(s) over (partition by s) as y from {t} where b order by 1 nulls last
with q as (select length(s) as x, f as y from {t} where f between 0 and 10) select x, y from q limit 5
select upper(s), sum(i) over (partition by s) as y from {t} limit 5
select f as x, not b as y from {t} where d < current_date and not b
select x, count(*) as n from (select f / 2 as x from {t} where s = 'a') q group by x order by 1
select round(f, 1) as x, upper(s) as y from {t} where d >= '2025-01-01' order by 1
select if(i > 1, 'x', 'y'), count(*) over (partition by s) as y from {t} where d >= '2025-01-01' limit 5
select round(f, 1) as x, sum(f) / count(*) as y from {t} where i > 1 and b and s in ('a', 'b') group by round(f, 1) having count(*) > 1 order by 1 nulls last
select i, avg(f) over (partition by s) as y from {t}
with q as (select case when b then 1 else 0 end as x, nullif(s, 'a') as y from {t} where s = 'a' and i is not null) select x, y from q
select i + 1 as x, round(avg(i), 2) as y from {t} where (i = 1 or s = 'b') group by i + 1 order by 1 desc
with q as (select abs(i) as x, i as y from {t} where (i = 1 or s = 'b')) select x, y from q order by 1 limit 10
select date_trunc('month', d) as x, round(f, 1) as y from {t} where i not in (4, 5) and b limit 5
select x, count(*) as n from (select strftime(d, '%Y') as x from {t}) q group by x order by 1 limit 10
select d as x, min(d) as y from {t} where i > 1 and b group by d having count(*) > 0 limit 5
select x, count(*) as n from (select f as x from {t} where s like '%a%' and i not in (4, 5)) q group by x limit 5
select x, count(*) as n from (select if(i > 1, 'x', 'y') as x from {t} where s ilike 'A' and d >= '2025-01-01') q group by x limit 5
select x, count(*) as n from (select strftime(d, '%Y') as x from {t}) q group by x
select i, max(s) over (partition by s) as y from {t} where s is distinct from 'z' and i is not null order by 1 nulls last
select greatest(i, 3) as x, round(f, 1) as y from {t} where d >= '2025-01-01' order by 1 limit 10
select abs(i) as x, max(s) as y from {t} where i is not null group by abs(i) having count(*) > 1 limit 5
select d, avg(f) over (partition by s) as y from {t} where s like '%a%'
with q as (select s || 'x' as x, case when b then 1 else 0 end as y from {t}) select x, y from q
select case when b then 1 else 0 end, max(s) over (partition by s) as y from {t} where s ilike 'A' and s = 'a' order by 1 nulls last
select x, count(*) as n from (select s as x from {t}) q group by x order by 1 desc
select l[1] as x, avg(f) as y from {t} where s is distinct from 'z' group by l[1] limit 5
with q as (select extract(month from d) as x, nullif(s, 'a') as y from {t} where length(s) > 0) select x, y from q order by 1 nulls last
with q as (select l[1] as x, -f as y from {t}) select x, y from q order by 1 nulls last
select abs(i) as x, sum(case when b then f end) as y from {t} where (i = 1 or s = 'b') group by abs(i) limit 5
select d as x, bool_or(b) as y from {t} where s ilike 'A' and i > 1 group by d having count(*) > 2 limit 5
with q as (select extract(month from d) as x, nullif(s, 'a') as y from {t} where s = 'a') select x, y from q
with q as (select length(s) as x, i * 2 - 1 as y from {t}) select x, y from q order by 1 desc
select not b, min(d) over (partition by s) as y from {t} where s like '%a%' and not b order by 1 nulls last
select nullif(s, 'a') as x, count(distinct s) as y from {t} where i > 1 and extract(year from d) = 2025 group by nullif(s, 'a') having count(*) > 1
with q as (select s || 'x' as x, coalesce(i, 0) as y from {t}) select x, y from q order by 1
select x, count(*) as n from (select nullif(s, 'a') as x from {t} where s like '%a%' and (i = 1 or s = 'b')) q group by x order by 1 nulls last
select x, count(*) as n from (select f / 2 as x from {t} where b) q group by x order by 1
select coalesce(i, 0) as x, upper(s) as y from {t} order by 1 desc
select greatest(i, 3) as x, not b as y from {t} where s = 'a' and b limit 5
select f as x, max(s) as y from {t} group by f order by 1 limit 10
with q as (select i * 2 - 1 as x, s as y from {t}) select x, y from q order by 1 nulls last
with q as (select i as x, f as y from {t}) select x, y from q order by 1 limit 10
select -f as x, bool_or(b) as y from {t} where i > 1 and b and i not in (4, 5) group by -f order by 1
with q as (select not b as x, coalesce(i, 0) as y from {t} where l[1] = 'x' and i > 1) select x, y from q order by 1 nulls last
select coalesce(i, 0) as x, -f as y from {t} where s like '%a%' order by 1 nulls last
with q as (select f as x, strftime(d, '%Y') as y from {t} where l[1] = 'x' and f between 0 and 10) select x, y from q limit 5
select l[1], min(d) over (partition by s) as y from {t} where i > 1
select x, count(*) as n from (select i::double as x from {t} where (i = 1 or s = 'b')) q group by x order by 1 nulls last
select f / 2, max(s) over (partition by s) as y from {t} where s in ('a', 'b') and i is not null
select not b as x, round(avg(i), 2) as y from {t} where s = 'a' and not b group by not b
select strftime(d, '%Y') as x, min(d) as y from {t} where l[1] = 'x' group by strftime(d, '%Y') having count(*) > 2 order by 1 nulls last
select abs(i) as x, bool_or(b) as y from {t} group by abs(i) order by 1 nulls last
select abs(i) as x, sum(i) filter (where b) as y from {t} where (i = 1 or s = 'b') and d < current_date group by abs(i) having count(*) > 1 order by 1 limit 10
select nullif(s, 'a'), sum(i) over (partition by s) as y from {t} limit 5
select -f, min(d) over (partition by s) as y from {t} where s like '%a%' order by 1 nulls last
select date_trunc('month', d) as x, extract(month from d) as y from {t} where not b limit 5
with q as (select round(f, 1) as x, s as y from {t}) select x, y from q limit 5
select x, count(*) as n from (select l[1] as x from {t} where length(s) > 0) q group by x order by 1
select upper(s) as x, count(*) as y from {t} where (i = 1 or s = 'b') and s like '%a%' group by upper(s) order by 1 desc
select upper(s), count(*) over (partition by s) as y from {t} where s in ('a', 'b') and i > 1 and b order by 1
with q as (select l[1] as x, if(i > 1, 'x', 'y') as y from {t}) select x, y from q order by 1
select f / 2, max(s) over (partition by s) as y from {t} order by 1 desc
select i, count(*) over (partition by s) as y from {t} where not b and l[1] = 'x'
with q as (select if(i > 1, 'x', 'y') as x, s || 'x' as y from {t} where s ilike 'A') select x, y from q order by 1 desc
select nullif(s, 'a') as x, round(avg(i), 2) as y from {t} where (i = 1 or s = 'b') group by nullif(s, 'a') order by 1 desc
with q as (select if(i > 1, 'x', 'y') as x, i * 2 - 1 as y from {t} where i > 1 and b and s is distinct from 'z') select x, y from q limit 5
with q as (select round(f, 1) as x, if(i > 1, 'x', 'y') as y from {t} where i > 1 and b) select x, y from q limit 5
select x, count(*) as n from (select abs(i) as x from {t}) q group by x order by 1
with q as (select d as x, f as y from {t} where d >= '2025-01-01' and d < current_date) select x, y from q order by 1
select i::double, avg(f) over (partition by s) as y from {t} where i is not null and d >= '2025-01-01' order by 1 limit 10
select strftime(d, '%Y') as x, count(*) as y from {t} where d < current_date group by strftime(d, '%Y') order by 1 desc
select extract(month from d) as x, -f as y from {t} order by 1 nulls last
select i + 1 as x, length(s) as y from {t} where s in ('a', 'b') and i is not null limit 5
select f, row_number() over (partition by s) as y from {t} order by 1 limit 10
select upper(s), min(d) over (partition by s) as y from {t} order by 1 limit 10
select coalesce(i, 0) as x, min(d) as y from {t} where d < current_date and extract(year from d) = 2025 group by coalesce(i, 0)
with q as (select i::double as x, greatest(i, 3) as y from {t} where s is distinct from 'z') select x, y from q
select x, count(*) as n from (select i * 2 - 1 as x from {t} where extract(year from d) = 2025 and length(s) > 0) q group by x order by 1
select date_trunc('month', d) as x, abs(i) as y from {t} order by 1 nulls last
select -f as x, i as y from {t} limit 5
select f / 2 as x, bool_or(b) as y from {t} group by f / 2 order by 1 nulls last
select x, count(*) as n from (select nullif(s, 'a') as x from {t}) q group by x order by 1 desc
select case when b then 1 else 0 end, avg(f) over (partition by s) as y from {t} where s in ('a', 'b') limit 5
select x, count(*) as n from (select d as x from {t} where s is distinct from 'z' and s like '%a%') q group by x order by 1 limit 10
select x, count(*) as n from (select f / 2 as x from {t}) q group by x limit 5
select s || 'x', max(s) over (partition by s) as y from {t} where s like '%a%' and (i = 1 or s = 'b') order by 1
select x, count(*) as n from (select i + 1 as x from {t} where s = 'a') q group by x
select x, count(*) as n from (select s || 'x' as x from {t} where s ilike 'A' and s in ('a', 'b')) q group by x limit 5
select x, count(*) as n from (select i * 2 - 1 as x from {t} where i > 1) q group by x order by 1 limit 10
select f, avg(f) over (partition by s) as y from {t}
select extract(month from d) as x, length(s) as y from {t} where s is distinct from 'z' order by 1 desc
select s, min(d) over (partition by s) as y from {t} where i is not null and s like '%a%' order by 1 desc
select strftime(d, '%Y') as x, min(d) as y from {t} group by strftime(d, '%Y') having count(*) > 2 order by 1
select case when b then 1 else 0 end as x, sum(i) filter (where b) as y from {t} where extract(year from d) = 2025 and f between 0 and 10 group by case when b then 1 else 0 end having count(*) > 2
select i::double as x, i + 1 as y from {t} where not b and (i = 1 or s = 'b') order by 1 limit 10
select if(i > 1, 'x', 'y'), row_number() over (partition by s) as y from {t} order by 1 desc
select if(i > 1, 'x', 'y') as x, avg(f) as y from {t} group by if(i > 1, 'x', 'y') limit 5
select round(f, 1), count(*) over (partition by s) as y from {t} order by 1 limit 10
select s || 'x' as x, i + 1 as y from {t}
select x, count(*) as n from (select l[1] as x from {t}) q group by x order by 1 desc
with q as (select s as x, length(s) as y from {t}) select x, y from q order by 1
with q as (select upper(s) as x, length(s) as y from {t} where d < current_date and f between 0 and 10) select x, y from q limit 5
select i, sum(i) over (partition by s) as y from {t} where d < current_date
with q as (select extract(month from d) as x, f as y from {t}) select x, y from q order by 1 nulls last
select x, count(*) as n from (select case when b then 1 else 0 end as x from {t} where extract(year from d) = 2025 and f between 0 and 10) q group by x order by 1 nulls last
select s as x, d as y from {t} where s ilike 'A' and i is not null order by 1
select s || 'x' as x, max(s) as y from {t} where f between 0 and 10 group by s || 'x'
with q as (select d as x, i + 1 as y from {t} where i is not null and length(s) > 0) select x, y from q
select coalesce(i, 0), count(*) over (partition by s) as y from {t} where b order by 1
with q as (select upper(s) as x, l[1] as y from {t} where i not in (4, 5)) select x, y from q order by 1 desc
