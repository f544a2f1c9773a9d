"""The Glue crawler: files of a bucket become tables with columns and partitions."""

import gzip
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from embedded.services.aws.glue.crawling.formats import Format, Schema
from embedded.services.aws.glue.crawling.grouping import File, group_files
from embedded.services.aws.glue.crawling.settings import parse_targets
from tests.support.waiting import eventually
from tests.wire.aws.athena.client import Athena
from tests.wire.aws.server import Server, refusal, running

BUCKET, DATABASE, NAME = "crawler-tests", "crawled", "reads"
ROLE = "crawler-tests"
TRUST = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
SALES = "SELECT 'abs' AS series, DATE '2025-03-01' AS ymd_date, 1.5::DOUBLE AS sales, 7 AS volume"


class Lake:
    """A bucket, a database and crawlers over it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.s3 = server.client("s3")
        self.glue = server.client("glue")

    def set_up(self) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
        self.server.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=document)
        self.s3.create_bucket(Bucket=BUCKET)

    def put(self, key: str, body: str | bytes) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def parquet(self, key: str, sql: str = SALES) -> None:
        file = self.server.home.parent / "file.parquet"
        duckdb.connect().execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet, COMPRESSION snappy)")
        self.put(key, file.read_bytes())

    def empty(self) -> None:
        for item in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            self.s3.delete_object(Bucket=BUCKET, Key=item["Key"])

    def crawler(self, path: str = "raw/", **more: Any) -> dict[str, Any]:
        return {
            "Name": NAME,
            "Role": ROLE,
            "DatabaseName": DATABASE,
            "Targets": {"S3Targets": [{"Path": f"s3://{BUCKET}/{path}"}]},
            **more,
        }

    def crawl(self) -> dict[str, Any]:
        """Crawl once; tells the crawler as it is then."""
        self.glue.start_crawler(Name=NAME)
        return eventually(lambda: (one := self.glue.get_crawler(Name=NAME)["Crawler"])["State"] == "READY" and one)

    def crawled(self, path: str = "raw/", **more: Any) -> dict[str, Any]:
        """The tables by name that a new crawler finds."""
        self.glue.create_crawler(**self.crawler(path, **more))
        last = self.crawl()["LastCrawl"]
        assert last["Status"] == "SUCCEEDED", last
        return self.tables()

    def tables(self) -> dict[str, Any]:
        return {table["Name"]: table for table in self.glue.get_tables(DatabaseName=DATABASE)["TableList"]}

    def partitions(self, table: str) -> dict[str, Any]:
        found = self.glue.get_partitions(DatabaseName=DATABASE, TableName=table)["Partitions"]
        return {"/".join(one["Values"]): one for one in found}

    def log(self) -> list[str]:
        told = self.server.client("logs").get_log_events(
            logGroupName="/aws-glue/crawlers", logStreamName=NAME, startFromHead=True
        )
        return [event["message"] for event in told["events"]]


@pytest.fixture(scope="module")
def furnished(server: Server) -> Lake:
    lake = Lake(server)
    lake.set_up()
    return lake


@pytest.fixture
def lake(furnished: Lake) -> Iterator[Lake]:
    furnished.glue.create_database(DatabaseInput={"Name": DATABASE})
    yield furnished
    furnished.empty()
    furnished.glue.delete_database(Name=DATABASE)
    if NAME in furnished.glue.list_crawlers()["CrawlerNames"]:
        furnished.glue.delete_crawler(Name=NAME)


def columns(table: dict[str, Any]) -> dict[str, str]:
    return {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}


def test_the_three_sets_become_three_tables(lake: Lake) -> None:
    fuel = "SELECT 'level' AS series_type, DATE '2025-03-01' AS ymd_date, 2.05::DOUBLE AS ron95, 3.1::DOUBLE AS diesel"
    for month in ("01", "02"):
        lake.parquet(f"raw/iowrt/year=2025/month={month}/iowrt_2025-{month}.parquet", f"{SALES}, 2 AS volume_sa")
        lake.parquet(f"raw/iowrt_3d/year=2025/month={month}/f.parquet", f"{SALES}, '471' AS group_code")
        lake.parquet(f"raw/fuelprice/year=2025/month={month}/f.parquet", fuel)
    found = lake.crawled(TablePrefix="")
    assert list(found) == ["fuelprice", "iowrt", "iowrt_3d"]
    assert columns(found["fuelprice"]) == {
        "series_type": "string",
        "ymd_date": "date",
        "ron95": "double",
        "diesel": "double",
    }
    for name, table in found.items():
        assert table["PartitionKeys"] == [{"Name": "year", "Type": "string"}, {"Name": "month", "Type": "string"}]
        assert table["TableType"] == "EXTERNAL_TABLE"
        assert table["Parameters"]["classification"] == "parquet"
        storage = table["StorageDescriptor"]
        assert storage["Location"] == f"s3://{BUCKET}/raw/{name}/"
        assert storage["SerdeInfo"]["SerializationLibrary"].endswith("ParquetHiveSerDe")
        parts = lake.partitions(name)
        assert list(parts) == ["2025/01", "2025/02"]
        assert parts["2025/02"]["StorageDescriptor"]["Location"] == f"s3://{BUCKET}/raw/{name}/year=2025/month=02/"
        assert columns(parts["2025/02"]) == columns(table)


def test_types_of_parquet(lake: Lake) -> None:
    lake.parquet(
        "raw/t/f.parquet",
        """SELECT 1::TINYINT a, 1::SMALLINT b, 1::INTEGER c, 1::BIGINT d, 1::UINTEGER e, 1::FLOAT f, true g,
        1.5::DECIMAL(10,2) h, 'x'::BLOB i, TIMESTAMP '2025-01-01' j, now() k, [1, 2] l, {'X': 1, 'y': 'a'} m,
        MAP(['a'], [1.5::DOUBLE]) n, uuid() o, 1 AS "Mixed Case" """,
    )
    assert columns(lake.crawled()["t"]) == {
        "a": "tinyint",
        "b": "smallint",
        "c": "int",
        "d": "bigint",
        "e": "bigint",
        "f": "float",
        "g": "boolean",
        "h": "decimal(10,2)",
        "i": "binary",
        "j": "timestamp",
        "k": "timestamp",
        "l": "array<int>",
        "m": "struct<X:int,y:string>",
        "n": "map<string,double>",
        "o": "string",
        "mixed case": "int",
    }


def test_csv_with_and_without_a_header_and_in_gzip(lake: Lake) -> None:
    plain = "VendorID,pickup,fare,flag,ok\n" + "".join(f"{n},2021-01-0{n},{n}.5,N,true\n" for n in range(1, 9))
    lake.put("raw/plain/a.csv", plain)
    lake.put("raw/packed/a.csv.gz", gzip.compress(plain.replace(",", ";").encode()))
    lake.put("raw/bare/a.csv", "1|x\n2|y\n3|z\n")
    lake.put("raw/quoted/a.csv", 'id,name\n1,"a, b"\n2,"c"\n')
    found = lake.crawled()
    expected = {"vendorid": "bigint", "pickup": "string", "fare": "double", "flag": "string", "ok": "boolean"}
    assert columns(found["plain"]) == columns(found["packed"]) == expected
    assert found["plain"]["Parameters"]["skip.header.line.count"] == "1"
    assert found["plain"]["StorageDescriptor"]["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": ","},
    }
    packed = found["packed"]
    assert (packed["Parameters"]["compressionType"], packed["Parameters"]["delimiter"]) == ("gzip", ";")
    assert columns(found["bare"]) == {"col0": "bigint", "col1": "string"}
    assert "skip.header.line.count" not in found["bare"]["Parameters"]
    assert columns(found["quoted"]) == {"id": "bigint", "name": "string"}
    assert found["quoted"]["StorageDescriptor"]["SerdeInfo"] == found["plain"]["StorageDescriptor"]["SerdeInfo"]


def test_a_header_of_csv_differs_from_the_lines_below_by_another_type_than_string(lake: Lake) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html: else the first line is data."""
    lake.put("raw/names/a.csv", "city,land\nKL,MY\nBerlin,DE\n")
    lake.put("raw/quoted/a.csv", '"id","name"\n"1","a"\n"2","b"\n')
    found = lake.crawled()
    for name in ("names", "quoted"):
        assert columns(found[name]) == {"col0": "string", "col1": "string"}
        assert "skip.header.line.count" not in found[name]["Parameters"]
    athena = Athena(lake.server, DATABASE)
    results = {"OutputLocation": f"s3://{BUCKET}/results/"}
    rows = athena.rows("SELECT * FROM names", ResultConfiguration=results)
    assert rows == [("city", "land"), ("KL", "MY"), ("Berlin", "DE")]
    rows = athena.rows("SELECT col0 FROM quoted", ResultConfiguration=results)
    assert rows == [('"id"',), ('"1"',), ('"2"',)]


def test_json(lake: Lake) -> None:
    lines = [{"id": 1, "price": 2, "tags": ["a"], "of": {"K": None}}, {"id": 2, "price": 2.5, "day": "2025-01-01"}]
    lake.put("raw/lines/a.json", "\n".join(map(json.dumps, lines)))
    lake.put("raw/list/a.json", json.dumps([{"a": 1}, {"a": 2}]))
    found = lake.crawled()
    assert columns(found["lines"]) == {
        "id": "bigint",
        "price": "double",
        "tags": "array<string>",
        "of": "struct<K:string>",
        "day": "string",
    }
    assert (
        found["lines"]["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] == "org.openx.data.jsonserde.JsonSerDe"
    )
    assert columns(found["list"]) == {"array": "array<struct<a:bigint>>"}


def test_athena_reads_keys_of_upper_case_that_were_crawled(lake: Lake) -> None:
    """Those of columns are of lower case in the catalogue, those inside are as they are; Athena heeds neither."""
    lines = [{"Id": 1, "Of": {"City": "KL", "Seen": [{"At": 1}]}}, {"Id": 2, "Of": {"ZIP": 50000}}]
    lake.put("raw/t/a.json", "\n".join(map(json.dumps, lines)))
    types = {"id": "bigint", "of": "struct<City:string,Seen:array<struct<At:bigint>>,ZIP:bigint>"}
    assert columns(lake.crawled()["t"]) == types
    athena = Athena(lake.server, DATABASE)
    results = {"OutputLocation": f"s3://{BUCKET}/results/"}
    sql = 'SELECT t."of".city, t."of".Seen[1].at, t."of".zip FROM t ORDER BY id'
    assert athena.rows(sql, ResultConfiguration=results) == [("KL", "1", None), (None, None, "50000")]


def test_what_cannot_be_read_is_left_out_and_said(lake: Lake) -> None:
    lake.parquet("raw/t/good.parquet")
    lake.put("raw/t/cut.parquet", b"PAR1 and then nothing")
    lake.put("raw/t/_SUCCESS", "x")
    lake.put("raw/t/empty.parquet", b"")
    lake.put("raw/notes/readme.txt", "one line of text\n")
    assert list(lake.crawled()) == ["t"]
    said = "\n".join(lake.log())
    assert f"s3://{BUCKET}/raw/t/cut.parquet could not be classified" in said
    assert "Created table t in database crawled" in said
    assert "_SUCCESS" not in said


def test_new_partitions_and_columns_update_the_table(lake: Lake) -> None:
    lake.parquet("raw/t/year=2024/f.parquet")
    assert list(lake.crawled()["t"]["StorageDescriptor"]["Columns"][0].values()) == ["series", "string"]
    lake.parquet("raw/t/year=2025/f.parquet", f"{SALES}, 'new' AS added")
    lake.crawl()
    table = lake.tables()["t"]
    assert columns(table)["added"] == "string"
    assert list(lake.partitions("t")) == ["2024", "2025"]
    assert "added" not in columns(lake.partitions("t")["2024"])
    metrics = lake.glue.get_crawler_metrics(CrawlerNameList=[NAME])["CrawlerMetricsList"][0]
    assert (metrics["TablesCreated"], metrics["TablesUpdated"], metrics["TablesDeleted"]) == (0, 1, 0)
    lake.crawl()
    again = lake.tables()["t"]
    assert (again["VersionId"], again["UpdateTime"]) == (table["VersionId"], table["UpdateTime"])
    crawls = lake.glue.list_crawls(CrawlerName=NAME)["Crawls"]
    assert [crawl["State"] for crawl in crawls] == ["COMPLETED"] * 3
    assert json.loads(crawls[-1]["Summary"])["PARTITION"] == {"ADD": 1, "UPDATE": 0, "DELETE": 0}


def test_other_partition_keys_replace_the_partitions(lake: Lake) -> None:
    lake.parquet("raw/t/year=2024/f.parquet")
    lake.crawled()
    lake.s3.delete_object(Bucket=BUCKET, Key="raw/t/year=2024/f.parquet")
    lake.parquet("raw/t/year=2024/month=01/f.parquet")
    lake.crawl()
    assert [key["Name"] for key in lake.tables()["t"]["PartitionKeys"]] == ["year", "month"]
    assert list(lake.partitions("t")) == ["2024/01"]
    lake.glue.update_crawler(Name=NAME, SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"})
    lake.s3.delete_object(Bucket=BUCKET, Key="raw/t/year=2024/month=01/f.parquet")
    lake.parquet("raw/t/day=1/f.parquet")
    lake.crawl()
    assert list(lake.partitions("t")) == ["2024/01"]
    assert any("partition keys of table t differ" in line for line in lake.log())


def test_new_columns_may_be_added_to_those_that_are_there(lake: Lake) -> None:
    configuration = json.dumps(
        {"Version": 1.0, "CrawlerOutput": {"Tables": {"AddOrUpdateBehavior": "MergeNewColumns"}}}
    )
    lake.parquet("raw/t/year=2024/f.parquet")
    table = lake.crawled(Configuration=configuration)["t"]
    names = ("Name", "PartitionKeys", "Parameters", "StorageDescriptor", "TableType")
    mine = {name: table[name] for name in names}
    mine["StorageDescriptor"]["Columns"][0]["Comment"] = "mine"
    lake.glue.update_table(DatabaseName=DATABASE, TableInput=mine)
    lake.parquet("raw/t/year=2024/f.parquet", f"{SALES}, 'new' AS added")
    lake.crawl()
    found = lake.tables()["t"]
    assert found["StorageDescriptor"]["Columns"][0]["Comment"] == "mine"
    assert columns(found)["added"] == "string"
    assert columns(lake.partitions("t")["2024"])["added"] == "string"


def test_a_policy_may_leave_tables_as_they_are(lake: Lake) -> None:
    lake.parquet("raw/t/year=2024/f.parquet")
    lake.parquet("raw/u/f.parquet", "SELECT 1 AS other, 2 AS thing")
    policy = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    before = lake.crawled(SchemaChangePolicy=policy)
    lake.parquet("raw/t/year=2025/f.parquet", f"{SALES}, 'new' AS added")
    lake.s3.delete_object(Bucket=BUCKET, Key="raw/u/f.parquet")
    lake.crawl()
    after = lake.tables()
    assert {name: columns(table) for name, table in after.items()} == {
        name: columns(table) for name, table in before.items()
    }
    assert list(lake.partitions("t")) == ["2024", "2025"]


def test_deleted_objects_deprecate_or_delete(lake: Lake) -> None:
    for year in ("2024", "2025"):
        lake.parquet(f"raw/t/year={year}/f.parquet")
    lake.parquet("raw/u/f.parquet", "SELECT 1 AS other, 2 AS thing")
    lake.glue.create_table(DatabaseName=DATABASE, TableInput={"Name": "mine", "Parameters": {"k": "v"}})
    assert list(lake.crawled()) == ["mine", "t", "u"]
    lake.s3.delete_object(Bucket=BUCKET, Key="raw/u/f.parquet")
    lake.s3.delete_object(Bucket=BUCKET, Key="raw/t/year=2024/f.parquet")
    lake.crawl()
    assert "DEPRECATED_BY_CRAWLER" in lake.tables()["u"]["Parameters"]
    assert "DEPRECATED_BY_CRAWLER" in lake.partitions("t")["2024"]["Parameters"]
    assert "DEPRECATED_BY_CRAWLER" not in lake.partitions("t")["2025"]["Parameters"]
    lake.parquet("raw/u/f.parquet", "SELECT 1 AS other, 2 AS thing")
    lake.crawl()
    assert "DEPRECATED_BY_CRAWLER" not in lake.tables()["u"]["Parameters"]
    lake.s3.delete_object(Bucket=BUCKET, Key="raw/u/f.parquet")
    lake.glue.update_crawler(Name=NAME, SchemaChangePolicy={"DeleteBehavior": "DELETE_FROM_DATABASE"})
    lake.crawl()
    assert list(lake.tables()) == ["mine", "t"]
    assert list(lake.partitions("t")) == ["2025"]
    assert lake.tables()["mine"]["VersionId"] == "0"


def test_a_table_of_the_same_name_elsewhere_is_not_touched(lake: Lake) -> None:
    mine = {"Name": "t", "StorageDescriptor": {"Columns": [], "Location": "s3://elsewhere/t/"}}
    lake.glue.create_table(DatabaseName=DATABASE, TableInput=mine)
    lake.parquet("raw/t/f.parquet")
    found = lake.crawled()
    assert found.pop("t")["StorageDescriptor"]["Location"] == "s3://elsewhere/t/"
    (name,) = found
    assert name.startswith("t_")
    assert len(name) == 34


def test_prefix_exclusions_and_inherited_columns(lake: Lake) -> None:
    lake.parquet("raw/My-Set/year=2024/f.parquet")
    lake.parquet("raw/My-Set/year=2025/f.parquet", f"{SALES}, 'new' AS added")
    lake.put("raw/My-Set/year=2025/skip.tmp", "a,b\n1,2\n")
    lake.put("raw/other/deep/skip.csv", "a,b\n1,2\n")
    target = {"Path": f"s3://{BUCKET}/raw", "Exclusions": ["**.tmp", "oth*/**"]}
    output = {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}
    configuration = json.dumps({"Version": 1.0, "CrawlerOutput": output})
    given = {"Targets": {"S3Targets": [target]}, "TablePrefix": "Raw_", "Configuration": configuration}
    found = lake.crawled(**given)
    assert list(found) == ["raw_my_set"]
    assert "added" in columns(lake.partitions("raw_my_set")["2024"])


def test_crawls_that_fail_say_why(lake: Lake) -> None:
    lake.glue.create_crawler(**lake.crawler())
    lake.glue.update_crawler(Name=NAME, Targets={"S3Targets": [{"Path": "s3://no-such-bucket/raw/"}]})
    last = lake.crawl()["LastCrawl"]
    assert (last["Status"], "no-such-bucket" in last["ErrorMessage"]) == ("FAILED", True)
    lake.glue.update_crawler(Name=NAME, DatabaseName="no_such_database")
    crawler = lake.crawl()
    assert crawler["LastCrawl"]["ErrorMessage"] == "Database no_such_database not found."
    assert crawler["Version"] == 3
    assert lake.glue.list_crawls(CrawlerName=NAME)["Crawls"][0]["State"] == "FAILED"
    assert any("no_such_database" in line for line in lake.log())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Role": "nobody"}, "unable to assume"),
        ({"DatabaseName": None}, "DatabaseName"),
        ({"Targets": {}}, "S3Targets"),
        ({"Targets": {"JdbcTargets": [{"ConnectionName": "x"}]}}, "JdbcTargets"),
        ({"Targets": {"S3Targets": [{"Path": "bucket/raw"}]}}, "s3://bucket/folder/"),
        ({"Schedule": "cron(0 5 * * ? *)"}, "Schedule"),
        ({"Classifiers": ["mine"]}, "Classifiers"),
        ({"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}}, "CRAWL_EVERYTHING"),
        ({"Configuration": "no json"}, "JSON"),
        ({"Configuration": '{"Version": 2}'}, "Version"),
        ({"Configuration": '{"Version": 1.0, "CreatePartitionIndex": true}'}, "CreatePartitionIndex"),
        ({"Configuration": '{"Version": 1.0, "Grouping": {"TableLevelConfiguration": 0}}'}, "from 1"),
    ],
)
def test_crawlers_that_cannot_be(lake: Lake, change: dict[str, Any], said: str) -> None:
    given = {name: value for name, value in (lake.crawler() | change).items() if value is not None}
    code, message = refusal(lake.glue.create_crawler, **given)
    assert code in ("InvalidInputException", "NotImplemented")
    assert said in message


def test_states_and_the_command_line(lake: Lake) -> None:
    """A large file keeps the crawler busy for as long as the test needs."""
    rows = io.StringIO()
    rows.writelines(f'{{"a": {n}, "b": "x"}}\n' for n in range(1_500_000))
    lake.put("raw/t/big.json", rows.getvalue())
    lake.glue.create_crawler(**lake.crawler())
    assert refusal(lake.glue.create_crawler, **lake.crawler())[0] == "AlreadyExistsException"
    assert refusal(lake.glue.stop_crawler, Name=NAME)[0] == "CrawlerNotRunningException"
    assert refusal(lake.glue.start_crawler, Name="none") == (
        "EntityNotFoundException",
        "Crawler entry with name none does not exist",
    )
    seed = f'CRAWLER_NAME={NAME}; aws glue start-crawler --region "ap-southeast-2" --name "$CRAWLER_NAME"'
    shell = ["sh", "-c", seed]
    subprocess.run(shell, env=lake.server.environment(), check=True, capture_output=True)
    eventually(lambda: lake.glue.get_crawler(Name=NAME)["Crawler"]["State"] == "READY")
    lake.glue.start_crawler(Name=NAME)
    assert refusal(lake.glue.start_crawler, Name=NAME) == (
        "CrawlerRunningException",
        f"Crawler with name {NAME} has already started",
    )
    assert refusal(lake.glue.delete_crawler, Name=NAME)[0] == "CrawlerRunningException"
    busy = lake.glue.get_crawler(Name=NAME)["Crawler"]
    assert (busy["State"], busy["LastCrawl"]["Status"]) == ("RUNNING", "SUCCEEDED")
    lake.glue.stop_crawler(Name=NAME)
    assert lake.glue.get_crawler(Name=NAME)["Crawler"]["State"] == "STOPPING"
    assert refusal(lake.glue.stop_crawler, Name=NAME)[0] == "CrawlerStoppingException"
    done = eventually(lambda: (one := lake.glue.get_crawler(Name=NAME)["Crawler"])["State"] == "READY" and one)
    assert done["LastCrawl"]["Status"] == "CANCELLED"
    assert lake.glue.batch_get_crawlers(CrawlerNames=[NAME, "none"])["CrawlersNotFound"] == ["none"]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Lake]:
    with running(tmp_path) as server:
        lake = Lake(server)
        lake.set_up()
        lake.glue.create_database(DatabaseInput={"Name": DATABASE})
        yield lake


def test_after_kill_9_the_crawl_has_failed_and_the_catalogue_is_whole(own: Lake) -> None:
    for number in range(60):
        own.parquet(f"raw/t/n={number}/f.parquet")
    own.crawled()
    own.put("raw/u/big.json", "\n".join(json.dumps({"a": n, "b": "x"}) for n in range(400_000)))
    own.glue.start_crawler(Name=NAME)
    own.server.kill()
    own.server.start()
    crawler = own.glue.get_crawler(Name=NAME)["Crawler"]
    assert (crawler["State"], crawler["LastCrawl"]["Status"]) == ("READY", "FAILED")
    assert "Start it again" in crawler["LastCrawl"]["ErrorMessage"]
    assert (list(own.tables()), len(own.partitions("t"))) == (["t"], 60)
    own.crawl()
    assert list(own.tables()) == ["t", "u"]


# Grouping, without a server.

PARQUET = Format("parquet")


def file(path: str, names: str = "a b c", how: Format = PARQUET) -> File:
    schema = Schema(how, tuple((name, "int") for name in names.split()))
    return File(("bucket", *path.split("/")), 10, schema)


def grouped(*files: File, **options: Any) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Keys and values by root."""
    found = group_files(files, ("bucket", "in"), **options)
    return {"/".join(one.root[1:]): (one.keys, [one.values(part) for part in one.partitions]) for one in found}


def test_folders_of_keys_and_values_are_partitions() -> None:
    days = [f"in/sales/year=2019/month={month}/day={day}/f" for month in ("Jan", "Feb") for day in (1, 2)]
    expected = [["2019", "Jan", "1"], ["2019", "Jan", "2"], ["2019", "Feb", "1"], ["2019", "Feb", "2"]]
    assert grouped(*map(file, days)) == {"in/sales": (["year", "month", "day"], expected)}
    escaped = file("in/sales/Day=2025-01-01 10%3A00/f")
    assert grouped(escaped) == {"in/sales": (["day"], [["2025-01-01 10:00"]])}


def test_plain_folders_of_similar_schemas_are_partitions_too() -> None:
    folders = ["in/t1/p1/f", "in/t1/p2/f", "in/t1/p3/f", "in/t2/p4/f", "in/t2/p5/f"]
    values = [["t1", "p1"], ["t1", "p2"], ["t1", "p3"], ["t2", "p4"], ["t2", "p5"]]
    assert grouped(*map(file, folders)) == {"in": (["partition_0", "partition_1"], values)}


def test_schemas_that_differ_make_tables_of_their_own() -> None:
    found = grouped(file("in/x/year=2017/f", "a b"), file("in/x/year=2018/f", "c d"))
    assert found == {"in/x/year=2017": ([], [[]]), "in/x/year=2018": ([], [[]])}
    combined = grouped(file("in/x/year=2017/f", "a b"), file("in/x/year=2018/f", "c d"), combine=True)
    assert combined == {"in/x": (["year"], [["2017"], ["2018"]])}
    other_format = file("in/x/year=2018/f", "a b", Format("csv"))
    assert len(grouped(file("in/x/year=2017/f", "a b"), other_format, combine=True)) == 2


def test_most_of_a_level_decides() -> None:
    same = [file(f"in/x/k={n}/f") for n in range(3)]
    found = grouped(*same, file("in/x/k=9/f", "other"))
    assert found == {"in/x": (["k"], [["0"], ["1"], ["2"]]), "in/x/k=9": ([], [[]])}
    halves = [file("in/s1/f", "a b"), file("in/s2/f", "a b"), file("in/s3/f", "x y"), file("in/s4/f", "x y")]
    assert list(grouped(*halves)) == ["in/s1", "in/s2", "in/s3", "in/s4"]


def test_files_of_a_folder_are_one_table_or_one_each() -> None:
    assert grouped(file("in/a"), file("in/b")) == {"in": ([], [[]])}
    assert list(grouped(file("in/t/a", "a b"), file("in/t/b", "x y"))) == ["in/t/a", "in/t/b"]
    assert list(grouped(file("in/t/a"), file("in/t/b"), file("in/t/c", "x y"))) == ["in/t", "in/t/c"]


def test_the_level_of_tables_can_be_told() -> None:
    files = [file(f"in/{name}/year=2025/month={month}/f") for name in ("iowrt", "iowrt_3d") for month in (1, 2)]
    assert list(grouped(*files)) == ["in"]
    months = [["2025", "1"], ["2025", "2"]]
    expected = {f"in/{name}": (["year", "month"], months) for name in ("iowrt", "iowrt_3d")}
    assert grouped(*files, level=3) == expected
    mixed = [*files, file("in/iowrt/year=2025/month=3/f", how=Format("csv")), file("in/loose")]
    assert list(grouped(*mixed, level=3)) == ["in/iowrt", "in/iowrt/year=2025/month=3", "in/iowrt_3d", "in"]


def test_a_key_that_is_a_column_too_gets_another_name() -> None:
    assert grouped(file("in/t/year=2025/f", "year b")) == {"in/t": (["partition_0"], [["2025"]])}


def test_columns_of_several_files_are_joined() -> None:
    (table,) = group_files([file("in/k=1/f", "a b c d"), file("in/k=2/f", "a b c d e")], ("bucket", "in"))
    assert [name for name, _ in table.schema.columns] == ["a", "b", "c", "d", "e"]
    kinds = [Schema(PARQUET, (("x", kind),)) for kind in ("int", "bigint", "double", "string")]
    wide = [File(("bucket", "in", f"k={n}", "f"), 1, schema) for n, schema in enumerate(kinds)]
    for count, kind in ((2, "bigint"), (3, "double"), (4, "string")):
        assert group_files(wide[:count], ("bucket", "in"))[0].schema.columns == (("x", kind),)


@pytest.mark.parametrize(
    ("pattern", "excluded", "kept"),
    [
        ("*.csv", ["a.csv"], ["d/a.csv", "a.csvx"]),
        ("**.csv", ["a.csv", "d/e/a.csv"], ["a.json"]),
        ("d?/[ab]*", ["d1/a", "d2/bx"], ["d1/c", "d12/a"]),
        ("[!a]*", ["b"], ["a", "ab"]),
        ("{x,y*}/**", ["x/a", "yy/b/c"], ["xx/a"]),
    ],
)
def test_exclusions(pattern: str, excluded: list[str], kept: list[str]) -> None:
    (target,) = parse_targets({"S3Targets": [{"Path": "s3://b/in", "Exclusions": [pattern]}]})
    assert [path for path in excluded + kept if target.excludes(path)] == excluded
