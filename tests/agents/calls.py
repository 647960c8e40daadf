"""A call of each tool that has an answer, in the order in which they are told."""

CALLS = [
    ("list_datasets", {}),
    ("get_schema", {"dataset": "orders", "detail": "full"}),
    ("execute_query_plan", {"plan": {"from": "orders", "select": ["status", "count(*)"]}}),
    ("execute_sql", {"dataset": "orders", "sql": "select count(*) as n from orders"}),
    ("get_run_status", {}),
    ("list_objects", {"kind": "insight"}),
    ("describe_object", {"name": "region"}),
    ("check_project", {}),
    ("render_insight", {"insight": "revenue_by_month", "rows": True}),
    ("preview_fix", {"rename": {"name": "region", "to": "area", "kind": "input"}}),
    ("explain_finding", {"code": "combination-syntax"}),
]
