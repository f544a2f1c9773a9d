"""Generates taxi files with the names, columns, formats and irregular rows of the public ones, and other samples.

A file is a function of (seed, rows, taxi, year, month) alone, so that every request gets the same bytes. It is streamed
while it is generated. Its manifest describes its content, so that a load can be checked.

    python -m embedded.services.dataset                                               serve on 127.0.0.1:DATASET_PORT
    python -m embedded.services.dataset write --taxi yellow --month 2020-12 --to DIR  the same file on disk

The InsightFlow files are a function of (seed, day): what was published by that day, `until` or today.

| address | gives |
|---|---|
| `/<taxi>/<file>`, `/manifest/<file>.json` | a taxi file, and what is in it; parameters `rows` and `seed` |
| `/faults/<truncated or missing-column>/<taxi>/<file>` | the same file with a fault |
| `/insightflow/{iowrt/iowrt,iowrt/iowrt_3d,commodities/fuelprice}.parquet` | as the public ones; `until` and `seed` |
| `/insightflow/manifest.json` | rows, series and dates of the three |
| `/faults/<truncated, missing-column or bad-rows>/insightflow/...` | the same, with a fault in `iowrt_3d` |
| `/products`, `/metrics.csv`, `/metrics.json`, `/lens/<number>.json` | the other samples |

| module | holds |
|---|---|
| `catalogue` | which files exist, their columns, how many rows each has |
| `texts` | how a value is written in the CSV |
| `prng` | repeatable random numbers |
| `geography`, `time_of_day` | zones and how busy they are; the day, the week |
| `trips`, `faults` | blocks of trips, and their irregular rows |
| `profile`, `manifest` | counts of a file, made while it is generated; the stored manifests |
| `files` | CSV and gzip as a stream, and the two broken variants |
| `products` | the products that lesson 03 downloads |
| `insightflow` | the Parquet files that lesson 13 ingests |
| `server`, `cli` | HTTP and the command line |
"""
