-- One day of sensor S15, drawn as markers.
-- selection: {"sensor": "S15", "days": {"start": "2026-06-10", "end": "2026-06-10"}, "line_style": "markers"}
-- ordered: true
select taken_at as "props.x", temperature as "props.y"
from read_csv('data/readings.csv')
where sensor_id = 'S15' and strftime(taken_at, '%Y-%m-%d') = '2026-06-10'
order by taken_at;
