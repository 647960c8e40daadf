-- Rain and highest temperature of each day of the second week of June.
-- selection: {"days": {"start": "2026-06-08", "end": "2026-06-14"}}
-- ordered: true
select
  make_date(2026, 6, day(observed_at)) as "props.x",
  round(sum(rain_mm), 1) as "props.y",
  max(outdoor_temp) as "props.text"
from read_csv('data/weather.csv', delim = ';')
where day(observed_at) in (8, 9, 10, 11, 12, 13, 14)
group by day(observed_at)
order by day(observed_at);
