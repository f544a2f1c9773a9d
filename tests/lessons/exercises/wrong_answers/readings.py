"""What the wrong answers of lessons 10 and 10b need: the flow, and a small file of readings."""

FLOW = "s3-csv-ingestion.yaml"
BUCKET, KEY = "static-staging.flowio.app", "lessons/10/metrics.csv"
HEADER = "timestamp,device_id,metric_name,metric_value,location,zone\n"
PLACES = (
    ("d1", "west", 0, '"Building C, greenhouse"'),
    ("d2", "east", 7, '"Building B, cold store"'),
    ("d3", "east", 1, '"Building A, attic"'),
    ("d4", "west", -3, '"Building C, zoo"'),
)
READINGS = HEADER + "".join(
    f"2025-09-0{1 + hour // 24}T{hour % 24:02}:{minute:02}:00Z,{device},"
    f"{metric},{value + hour / 10 + minute + warmer},{place},{zone}\n"
    for hour in range(48)
    for minute in (0, 40)
    for device, zone, warmer, place in PLACES
    for metric, value in (("temperature", 10.0), ("humidity", 60.0))
)


def imported(lab):
    """The flow, on the server with its scripts."""
    lab.kestra.namespace_files("com.flowio").upload(lab.settings.root / "flows" / "files" / "com.flowio")
    return lab.kestra.import_flow(lab.settings.root / "flows" / FLOW)


def run(lab, key=KEY, content=READINGS, wait=True, **inputs):
    """An execution over a file of the tests' own, so small that a store has it in a moment."""
    data = content if isinstance(content, bytes) else content.encode()
    lab.s3.upload(data, BUCKET, key)
    return lab.kestra.execute(imported(lab), inputs={"s3_key": key, **inputs}, wait=wait, check=False)
