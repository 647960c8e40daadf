-- Percent of readings from 19 to 23 degrees in three rooms.
-- selection: {"rooms": ["Kitchen", "Lobby", "Server Room"], "comfort_band": {"start": 19, "end": 23}}
-- ordered: true
with checked as (
  select s.room, r.temperature >= 19 and r.temperature <= 23 as comfortable
  from read_csv('data/readings.csv') r
  join read_csv('data/sensors.csv') s using (sensor_id)
  where s.room in ('Kitchen', 'Lobby', 'Server Room')
)
select room as "props.x", round(100.0 * count(*) filter (comfortable) / count(*), 1) as "props.y"
from checked
group by room
order by room;
