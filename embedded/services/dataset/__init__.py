"""Taxi files for lessons, generated: names, columns, formats and quirks of the real ones, rows of our own.

A file is a function of (seed, rows, taxi, year, month) and of nothing else, so everybody who asks for it gets the same
bytes. It is streamed while it is made. Its manifest says what is in it, so a load can be checked without trust.

    python -m embedded.services.dataset                                                  serve on 127.0.0.1:DATASET_PORT
    python -m embedded.services.dataset write --taxi yellow --month 2020-12 --to DIR     the same file on disk

The InsightFlow files are a function of (seed, day): what was published by then, today unless `until` names another day.

| address | gives |
|---|---|
| `/<taxi>/<file>`, `/manifest/<file>.json` | a taxi file, and what is in it; `rows` and `seed` may be asked for |
| `/faults/<truncated or missing-column>/<taxi>/<file>` | the same file, broken |
| `/insightflow/{iowrt/iowrt,iowrt/iowrt_3d,commodities/fuelprice}.parquet` | as the public ones; `until` and `seed` |
| `/insightflow/manifest.json` | rows, series and dates of the three |
| `/faults/<truncated, missing-column or bad-rows>/insightflow/...` | the same, `iowrt_3d` broken |
| `/products`, `/metrics.csv`, `/metrics.json`, `/lens/<number>.json` | the other samples |

| module | holds |
|---|---|
| `catalogue` | which files exist, their columns, how many rows each has |
| `texts` | how a value is written in the CSV |
| `draws` | repeatable random numbers |
| `geography`, `rhythm` | zones and how busy they are; the day, the week |
| `trips`, `quirks` | blocks of trips, and what is odd about some of them |
| `tally`, `manifest` | what is in a file, counted while it is made; the manifests kept |
| `files` | CSV and gzip as a stream, and the two broken variants |
| `products` | the products that lesson 03 downloads |
| `metrics`, `lens` | the samples of lessons 10 and 11 |
| `insightflow` | the Parquet files that lesson 13 ingests |
| `server`, `cli` | HTTP and the command line |
"""
