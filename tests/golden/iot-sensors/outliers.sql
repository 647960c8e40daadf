-- Annex: readings six or more standard deviations from the mean of the 36 before them, found by joining each reading
-- with those 36 instead of with window frames.
-- selection: {"building": "Annex", "outlier_from": "6"}
-- ordered: ["props.x"]
with numbered as (
  select
    r.sensor_id, r.taken_at, r.temperature, s.room, s.place,
    (select count(*) from read_csv('data/readings.csv') p where p.sensor_id = r.sensor_id and p.taken_at < r.taken_at) as number
  from read_csv('data/readings.csv') r
  join read_csv('data/sensors.csv') s on s.sensor_id = r.sensor_id
  where s.building = 'Annex'
),
compared as (
  select
    n.room, n.place, n.taken_at, n.temperature,
    avg(p.temperature) as usual,
    stddev(p.temperature) as spread
  from numbered n
  join numbered p on p.sensor_id = n.sensor_id and p.number >= n.number - 36 and p.number < n.number
  where n.number >= 36
  group by all
)
select room as "split", taken_at as "props.x", temperature as "props.y", concat(room, ', ', place) as "props.text"
from compared
where temperature >= usual + 6 * spread or temperature <= usual - 6 * spread
order by taken_at, room, place;
