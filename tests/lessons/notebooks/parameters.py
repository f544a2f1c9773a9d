"""Other parameters than the committed ones, by lesson: a lesson must hold for them too."""

from typing import Any

OTHER: dict[str, dict[str, Any]] = {
    "00_tour": {"greeting": "Bonjour, «le monde»", "taxi": "yellow"},
    "01_hello_world": {"name": "Zoë O'Neil", "pause": "PT0.5S"},
    "02_python": {"fares": [3.5, -1.0, 99.9, 0.0, 0.01]},
    "03_etl_duckdb": {"columns_to_keep": ["title", "category", "brand", "price", "rating"]},
    "04_postgres_taxi": {"taxi": "green", "year": "2019", "month": "03"},
    "05_scheduling_and_backfills": {"start": "2021-01-01", "end": "2021-07-31"},
    "06_kv_and_secrets": {"dataset": "zoomcamp_two"},
    "07_gcp_setup": {"dataset": "zoomcamp_two"},
    "08_gcp_taxi": {"taxi": "green", "year": "2019", "month": "03"},
    "09_gcp_taxi_scheduled": {"start": "2021-05-01", "end": "2021-07-31"},
    "10_s3_csv_to_four_stores": {"rows": 5_040},
    "10b_four_stores_four_questions": {"rows": 5_040, "metric": "humidity"},
    "11_s3_json_with_a_trigger": {"files": [5, 6], "table": "lens_other"},
    "12_health_metrics_retention": {"rows": 1_500, "table": "metrics_other"},
    "13_insightflow": {"trade": "wholesale"},
    "14_testing_your_own_flows": {"limit": 80},
    "15_capstone": {},
    "concepts/concurrency": {"limit": 2},
    "concepts/errors_and_retries": {"failures": 1},
    "concepts/inputs": {"taxi": "yellow", "month": 12},
    "concepts/outputs_and_variables": {"taxi": "yellow", "rows": 7},
    "concepts/triggers": {"zone": "Asia/Kolkata", "rows": 7},
    "concepts/branches": {"taxi": "fhv", "seconds": 3},
    "concepts/expressions": {"trips": 7, "day": "2025-01-01"},
    "concepts/files": {"rows": 12},
    "concepts/loops": {"months": ["07", "12"]},
    "concepts/replay_and_restart": {"month": 11, "other_month": 12},
    "homework/2026": {"loop_months": ["01"]},
}
