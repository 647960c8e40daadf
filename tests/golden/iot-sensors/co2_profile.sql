-- Mill: mean carbon dioxide by hour, from six to noon and from six in the evening to midnight.
-- selection: {"building": "Mill", "day_parts": ["morning", "evening"]}
-- ordered: ["props.x"]
select
  s.room as "split",
  hour(r.taken_at) as "props.x",
  round(avg(r.co2)) as "props.y"
from read_csv('data/readings.csv') r
join read_csv('data/sensors.csv') s using (sensor_id)
where s.building = 'Mill' and (hour(r.taken_at) between 6 and 11 or hour(r.taken_at) >= 18)
group by s.room, hour(r.taken_at)
order by 2, 1;
