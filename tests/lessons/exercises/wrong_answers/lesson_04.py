"""Typical wrong answers of lesson 04, each with a part of the hint it must get."""

FILE = "yellow_tripdata_2020-12.csv"
COLUMNS = (
    "vendorid",
    "tpep_pickup_datetime::text",
    "tpep_dropoff_datetime::text",
    "pulocationid",
    "dolocationid",
    "fare_amount::text",
    "trip_distance::text",
)
KEPT = tuple(f"COALESCE({column}, '')" for column in COLUMNS)


def _flow(lab, old, new):
    source = (lab.settings.root / "flows" / "04_postgres_taxi.yaml").read_text()
    return lab.kestra.import_flow(source.replace(old, new))


def _december(lab):
    """The file of December, kept."""
    flow = _flow(lab, "disabled: false", "disabled: true")
    run = lab.kestra.execute(flow, inputs={"taxi": "yellow", "year": "2020", "month": "12"})
    [file] = (lab.storage / "main/zoomcamp/04-postgres-taxi/executions" / run.id).glob("tasks/extract/*/*.csv")
    return file.stat().st_size


def _nothing_kept(lab):
    """No execution of the flow is left, and none of its files."""
    lab.kestra.delete_flow(_flow(lab, "disabled: false", "disabled: true"), executions=True)


def _refused(lab):
    """An execution of the practice flow that failed for a missing column."""
    practice = _flow(lab, "id: 04_postgres_taxi", "id: 04_postgres_taxi_practice").source
    lab.kestra.import_flow(practice.replace("{{ envs.taxi_base_url }}", lab.dataset.fault("missing-column")))
    lab.kestra.execute("zoomcamp/04_postgres_taxi_practice", check=False)


def _april(lab):
    april = {"taxi": "yellow", "year": "2020", "month": "04"}
    return lab.kestra.execute(_flow(lab, "disabled: false", "disabled: true"), inputs=april)


def _refused_execution(lab):
    _refused(lab)
    return lab.kestra.executions("zoomcamp/04_postgres_taxi_practice", state="FAILED")[-1]


def _after(make, answer):
    def prepared(lab):
        make(lab)
        return answer

    return prepared


def _hashed(columns, between="'|', ", function="sha256"):
    text = f"concat_ws({between}{', '.join(columns)})"
    return f"md5({text})" if function == "md5" else f"encode({function}(convert_to({text}, 'UTF8')), 'hex')"


WRONG = {
    "04.1": [
        ("green_tripdata_2020-04.csv", "no execution"),
        ("{{inputs.taxi}}_tripdata_{{inputs.year}}-{{inputs.month}}.csv", "before anything is filled in"),
        ("green_tripdata_04_2020.csv", "the year, a dash"),
        ("green_tripdata_2020.csv", "two digits of month"),
        ("green_tripdata_2020-04.csv.gz", "packed file"),
        ("yellow_tripdata_2020-04.csv", "green"),
        (2020, "asks for text"),
        ("green_tripdata_2020-4.csv", "two digits even for April"),
        ("green_tripdata_2020-04", "has no ending"),
        ("Green_tripdata_2020-04.csv", "capital letters"),
        ("kestra:///zoomcamp/04/green_tripdata_2020-04.csv", "its name alone"),
        ("green/green_tripdata_2020-04.csv", "a path or an address"),
        ({"taxi": "green", "file": "green_tripdata_2020-04.csv"}, "['file']"),
        (_april, "run.labels['file']"),
    ],
    "04.2": [
        (_after(_nothing_kept, 0.62), "keep its files"),
        (lambda lab: round(_december(lab) / 1e6, 2), "Those are MB"),
        (_december, "Those are bytes"),
        (lambda lab: _december(lab) / 1024, "KiB"),
        (lambda lab: lab.dataset.source(FILE)["bytes"] / 2**20, "packed file"),
        (_after(_december, 128.3), "on the homework's form"),
        (_after(_december, 134.5), "Yours are other files"),
        (_after(_december, 0.58), "not the size"),
        (lambda lab: round(_december(lab) / 1e6, 1), "Those are MB"),
        (lambda lab: _december(lab) / 1e9, "Those are GB"),
        (lambda lab: _december(lab) / 2**30, "once too often"),
        (lambda lab: _december(lab) * 8 / 2**20, "mebibits"),
        (lambda lab: lab.dataset.source(FILE)["bytes"] / 1e6, "packed file, in MB"),
        (lambda lab: _december(lab) // 2**20, "divide with /"),
        (lambda lab: [_december(lab)], "put one number"),
        (lambda lab: f"{_december(lab) / 2**20} MiB", "put one number"),
    ],
    "04.3": [
        ("fare_amount", "lab.dataset.fault"),
        (_after(_refused, "trip_distance"), "is in the file"),
        (_after(_refused, "FARE_AMOUNT"), "letter by letter"),
        (_after(_refused, "price"), "is no column"),
        (_after(_refused, ["fare_amount"]), "asks for text"),
        (_after(_refused, "missing-column"), "what the fault is called"),
        (_after(_refused, "trip_distance, fare_amount"), "more than one name"),
        (_refused_execution, "Read the log of its task"),
        (_after(_refused, "VendorID"), "is in the file"),
    ],
    "04.4": [
        (_hashed(KEPT, function="md5"), "32 digits"),
        ("encode(sha256(convert_to(" + " || ".join(COLUMNS) + ", 'UTF8')), 'hex')", "your key is NULL"),
        (_hashed(COLUMNS), "concat_ws leaves NULL out"),
        (_hashed(KEPT[:-1]), "trip_distance get one key"),
        (_hashed((*KEPT, "tip_amount::text")), "correction"),
        (_hashed(KEPT, between="'', "), "nothing stands between"),
        ("sha256('trip')", "'hex'"),
        ("'trip'", "64 hexadecimal digits"),
        ("sha256(fare)", "the seven columns of the exercise"),
        (f"SELECT {_hashed(KEPT)}", "no SELECT"),
        (f"{_hashed(KEPT)};", "no semicolon"),
        (_hashed(["COALESCE(vendorid, '')", "COALESCE(fare_amount, '')"]), "with ::text"),
        (f"sha256(convert_to(concat_ws('|', {', '.join(KEPT)}), 'UTF8'))", "'hex'"),
        (f"encode(sha256(concat_ws('|', {', '.join(KEPT)})), 'hex')", "sha256 wants bytes"),
        (f"encode(sha256(convert_to({', '.join(KEPT)}, 'UTF8')), 'hex')", "join the columns"),
        (f"upper({_hashed(KEPT)})", "capital letters"),
        (_hashed(KEPT, function="sha512"), "128 characters"),
    ],
}
