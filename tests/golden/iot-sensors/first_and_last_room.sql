-- Rooms picked in this order: Storage, Library, Greenhouse. The one in the middle is not drawn.
-- selection: {"rooms": ["Storage", "Library", "Greenhouse"]}
-- ordered: ["props.x"]
select
  s.room as "split",
  r.taken_at::date as "props.x",
  round(sum(r.temperature) / count(r.temperature), 2) as "props.y"
from read_csv('data/readings.csv') r, read_csv('data/sensors.csv') s
where r.sensor_id = s.sensor_id and s.room not in
  (select distinct room from read_csv('data/sensors.csv') where room <> 'Storage' and room <> 'Greenhouse')
group by s.room, r.taken_at::date
order by 2, 1;
