"""The infrastructure script, and with it the way of the data from the job to the catalogue."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.support.stack import ROOT, own_stack
from tests.support.waiting import eventually
from tests.wire.aws.server import REGION, refusal

sys.path.insert(0, str(ROOT / "projects" / "insightflow" / "infrastructure"))

from insightflow_steps import account as accounts
from insightflow_steps.account import Account, StepError
from insightflow_steps.account import wait_for as wait_on_aws
from insightflow_steps.analysis import WorkGroup
from insightflow_steps.buckets import Bucket
from insightflow_steps.catalogue import Crawler
from insightflow_steps.compute import JobQueue
from insightflow_steps.images import Repository
from insightflow_steps.names import Names
from insightflow_steps.network import default_network

RAW, RESULTS = "insightflow-prod-raw-data", "insightflow-prod-athena-results"
SETS = ["fuelprice", "iowrt", "iowrt_3d"]
NAMES = Names(RAW, RESULTS, None)


class Cloud:
    """The stack that the script works on."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def script(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "projects/insightflow/infrastructure/insightflow.py", *arguments]
        environment = {**self.environment, **changed}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def done(self, *arguments: str, **changed: str) -> dict[str, str]:
        """What the script says of each thing."""
        run = self.script(*arguments, **changed)
        assert run.returncode == 0, run.stdout + run.stderr
        return dict(line.split(": ", 1) for line in run.stdout.splitlines()[1:])

    def client(self, service: str) -> Any:
        names = {"aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY"}
        keys = {name: self.environment[variable] for name, variable in names.items()}
        return boto3.client(service, endpoint_url=self.environment["AWS_ENDPOINT_URL"], region_name=REGION, **keys)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with own_stack(tmp_path_factory.mktemp("infrastructure"), "aws", "dataset") as environment:
        yield Cloud(environment)


def test_everything_is_made_once_used_and_taken_away(cloud: Cloud) -> None:
    first = cloud.done("up")
    assert len(first) == 11
    assert {word for said in first.values() for word in said.split()[:1]} == {"created", "registered"}
    again = cloud.done("up")
    assert all("there already" in said for said in again.values()), again

    batch, glue = cloud.client("batch"), cloud.client("glue")
    about = {"jobQueue": "insightflow-prod-job-queue", "jobDefinition": "insightflow-prod-ingestion-job-def"}
    identity = batch.submit_job(jobName="ingestion", **about)["jobId"]

    def ended() -> Any:
        job = batch.describe_jobs(jobs=[identity])["jobs"][0]
        return job["status"] in ("SUCCEEDED", "FAILED") and job

    job = eventually(ended, 120)
    stream = job["container"]["logStreamName"]
    events = cloud.client("logs").get_log_events(logGroupName="/aws/batch/job", logStreamName=stream)["events"]
    said = [event["message"] for event in events]
    assert job["status"] == "SUCCEEDED", said
    assert said[-1].endswith(f"All 3 sets are in s3://{RAW}/raw/")

    glue.start_crawler(Name="insightflow-prod-raw-data-crawler")

    def ready() -> Any:
        crawler = glue.get_crawler(Name="insightflow-prod-raw-data-crawler")["Crawler"]
        return crawler["State"] == "READY" and crawler

    assert eventually(ready, 120)["LastCrawl"]["Status"] == "SUCCEEDED"
    tables = glue.get_tables(DatabaseName="insightflow_prod")["TableList"]
    assert [table["Name"] for table in tables] == SETS
    for table in tables:
        assert [key["Name"] for key in table["PartitionKeys"]] == ["year", "month"]
    keys = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=RAW, Prefix="raw/iowrt/")
    months = [item["Key"] for page in keys for item in page["Contents"]]
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName="insightflow_prod", TableName="iowrt")
    assert len([one for page in pages for one in page["Partitions"]]) == len(months)

    kept = cloud.done("down")
    assert kept[f"bucket {RAW}"].startswith("stays")
    assert kept[f"bucket {RESULTS}"] == "deleted"
    assert cloud.client("s3").list_objects_v2(Bucket=RAW, Prefix="raw/iowrt/")["KeyCount"] == len(months)
    gone = cloud.done("down", "--empty-buckets")
    assert gone.pop(f"bucket {RAW}") == "deleted"
    assert set(gone.values()) == {"not there"}
    assert refusal(glue.get_database, Name="insightflow_prod")[0] == "EntityNotFoundException"
    assert cloud.client("iam").list_roles()["Roles"] == []


def test_a_change_is_brought_to_what_is_there(cloud: Cloud) -> None:
    cloud.done("up", INSIGHTFLOW_BASE_URL="http://127.0.0.1:1/one")
    changed = cloud.done(
        "up", "--image", "registry/insightflow-ingestion:2", INSIGHTFLOW_BASE_URL="http://127.0.0.1:1/two"
    )
    assert changed["job definition insightflow-prod-ingestion-job-def"].startswith("registered as revision")
    batch = cloud.client("batch")
    about = {"jobDefinitionName": "insightflow-prod-ingestion-job-def", "status": "ACTIVE"}
    container = batch.describe_job_definitions(**about)["jobDefinitions"][0]["containerProperties"]
    assert container["image"] == "registry/insightflow-ingestion:2"
    assert {"name": "INSIGHTFLOW_BASE_URL", "value": "http://127.0.0.1:1/two"} in container["environment"]
    cloud.client("iam").delete_role_policy(RoleName="insightflow-prod-batch-job-role", PolicyName="insightflow")
    batch.update_job_queue(jobQueue="insightflow-prod-job-queue", state="DISABLED")
    cloud.done("up")
    policies = cloud.client("iam").list_role_policies(RoleName="insightflow-prod-batch-job-role")["PolicyNames"]
    assert policies == ["insightflow"]
    queue = batch.describe_job_queues(jobQueues=["insightflow-prod-job-queue"])["jobQueues"][0]
    assert queue["state"] == "ENABLED"
    cloud.done("down", "--empty-buckets")


def test_own_bucket_names(cloud: Cloud) -> None:
    own = {"INSIGHTFLOW_TARGET_BUCKET": "my-raw", "INSIGHTFLOW_RESULTS_BUCKET": "my-results"}
    assert cloud.done("up", **own)["bucket my-raw"] == "created"
    crawler = cloud.client("glue").get_crawler(Name="insightflow-prod-raw-data-crawler")["Crawler"]
    assert crawler["Targets"]["S3Targets"][0]["Path"] == "s3://my-raw/raw/"
    assert cloud.done("down", **own)["bucket my-results"] == "deleted"


def test_what_is_wrong_is_said_without_a_trace(cloud: Cloud) -> None:
    run = cloud.script("up", AWS_SECRET_ACCESS_KEY="not-the-secret")
    assert (run.returncode, run.stdout) == (1, "")
    assert "SignatureDoesNotMatch" in run.stderr
    assert "Traceback" not in run.stderr
    assert "not-the-secret" not in run.stderr


# An account of AWS itself, as far as it can be told without calling it.


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Account:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setattr(accounts, "POLL_SECONDS", 0.01)
    account = Account(REGION)
    account.__dict__["number"] = "123456789012"
    return account


def stub(account: Account, service: str) -> Stubber:
    stubber = Stubber(account.client(service))
    stubber.activate()
    return stubber


def test_aws_itself_is_told_from_a_stand_in(aws: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (aws.is_aws, aws.location) == (True, "on AWS")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert Account(REGION).location == "at http://127.0.0.1:4566"
    assert default_network(Account(REGION)) == (["subnet-embedded"], ["sg-embedded"])


def test_jobs_run_in_the_default_network(aws: Account) -> None:
    ec2 = stub(aws, "ec2")
    ec2.add_response("describe_vpcs", {"Vpcs": [{"VpcId": "vpc-1"}]})
    within = {"Name": "vpc-id", "Values": ["vpc-1"]}
    ec2.add_response("describe_subnets", {"Subnets": [{"SubnetId": "subnet-1"}]}, {"Filters": [within]})
    ec2.add_response("describe_security_groups", {"SecurityGroups": [{"GroupId": "sg-1"}]})
    assert default_network(aws) == (["subnet-1"], ["sg-1"])
    ec2.add_response("describe_vpcs", {"Vpcs": []})
    with pytest.raises(StepError, match="create-default-vpc"):
        default_network(aws)


def test_the_image_has_a_repository_on_aws(aws: Account) -> None:
    repository = Repository(aws, empty=False)
    assert repository.image == f"123456789012.dkr.ecr.{REGION}.amazonaws.com/insightflow-ingestion:latest"
    ecr = stub(aws, "ecr")
    ecr.add_client_error("create_repository", "RepositoryAlreadyExistsException")
    ecr.add_response("list_images", {})
    said = repository.up()
    assert f"docker push {repository.image}" in said
    ecr.add_client_error("delete_repository", "RepositoryNotEmptyException")
    assert repository.down().startswith("stays")


def test_a_bucket_of_another_account(aws: Account) -> None:
    s3 = stub(aws, "s3")
    s3.add_client_error("head_bucket", "403")
    with pytest.raises(StepError, match="choose another one"):
        Bucket(aws, RAW, empty=False).up()


def test_a_new_role_may_take_a_while_to_be_known(aws: Account) -> None:
    glue = stub(aws, "glue")
    message = "Service is unable to assume provided role. Please verify role's TrustPolicy"
    glue.add_client_error("get_crawler", "EntityNotFoundException")
    for _ in range(2):
        glue.add_client_error("create_crawler", "InvalidInputException", message)
    glue.add_response("create_crawler", {})
    assert Crawler(aws, NAMES).up() == "created"
    glue.assert_no_pending_responses()


def test_a_queue_is_waited_for_and_its_failure_told(aws: Account) -> None:
    def queue(status: str) -> dict[str, Any]:
        about = {"jobQueueName": "q", "jobQueueArn": "a", "state": "ENABLED", "priority": 1}
        return {"jobQueues": [{**about, "computeEnvironmentOrder": [], "status": status, "statusReason": "no role"}]}

    batch = stub(aws, "batch")
    batch.add_response("describe_job_queues", {"jobQueues": []})
    batch.add_response("create_job_queue", {"jobQueueName": "q", "jobQueueArn": "a"})
    for status in ("CREATING", "CREATING", "VALID"):
        batch.add_response("describe_job_queues", queue(status))
    assert JobQueue(aws).up() == "created"
    for _ in range(2):
        batch.add_response("describe_job_queues", queue("INVALID"))
    with pytest.raises(StepError, match="no role"):
        JobQueue(aws).up()
    with pytest.raises(StepError, match="longer than 0 s"):
        wait_on_aws("It", lambda: None, seconds=0)


def test_a_work_group_that_is_gone_already(aws: Account) -> None:
    athena = stub(aws, "athena")
    athena.add_client_error("delete_work_group", "InvalidRequestException", "WorkGroup is not found.")
    assert WorkGroup(aws, NAMES).down() == "not there"


def test_the_script_stands_alone() -> None:
    texts = "\n".join(
        path.read_text() for path in Path(ROOT, "projects", "insightflow", "infrastructure").rglob("*.py")
    )
    assert "import workbook" not in texts
    assert "embedded." not in texts
    assert "127.0.0.1" not in texts
