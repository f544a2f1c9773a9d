"""Compares the embedded engine with Prefect, Dagster and Airflow: `python -m bench.peers`."""
