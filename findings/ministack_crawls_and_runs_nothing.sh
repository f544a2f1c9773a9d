#!/bin/sh
# ministack: a Glue crawler succeeds without a table, and a Batch job succeeds without running.
#
# Both go through the states that AWS shows, so a pipeline that waits for them is green. The crawler reads no object
# and writes nothing into the catalogue; the job's command is `exit 3`, and its exit code is 0. A pipeline that is
# tested against it has to check the tables and the files, and not the states.
#
# Seen with: ministack 1.5.33, boto3 1.43.106 (PyPI). On AWS:
# https://docs.aws.amazon.com/glue/latest/dg/add-crawler.html,
# https://docs.aws.amazon.com/batch/latest/userguide/job_states.html
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check ministack==1.5.33 boto3==1.43.106
cd "$folder"
env/bin/python - <<'END'
import os
import socket
import subprocess
import time
from typing import Any

import boto3

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = str(free.getsockname()[1])
ADDRESS = f"http://127.0.0.1:{port}"
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
ROLE = "arn:aws:iam::000000000000:role/any"


def connect(service: str) -> Any:
    """A client of the emulator."""
    return boto3.client(service, endpoint_url=ADDRESS, **KEYS)


def crawl() -> tuple[str, int]:
    """Crawl a folder with one CSV file; return the last state and how many tables there are then."""
    s3, glue = connect("s3"), connect("glue")
    s3.create_bucket(Bucket="raw")
    s3.put_object(Bucket="raw", Key="sales/a.csv", Body=b"id,price\n1,2.5\n")
    glue.create_database(DatabaseInput={"Name": "db"})
    targets = {"S3Targets": [{"Path": "s3://raw/sales/"}]}
    glue.create_crawler(Name="c", Role=ROLE, DatabaseName="db", Targets=targets)
    glue.start_crawler(Name="c")
    for _ in range(60):
        if (crawler := glue.get_crawler(Name="c")["Crawler"])["State"] == "READY":
            break
        time.sleep(0.5)
    return crawler.get("LastCrawl", {}).get("Status", ""), len(glue.get_tables(DatabaseName="db")["TableList"])


def run_job() -> tuple[str, int]:
    """Run a job that exits with 3; return its state and its exit code."""
    batch = connect("batch")
    network = {"type": "FARGATE", "maxvCpus": 1, "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]}
    environment = batch.create_compute_environment(
        computeEnvironmentName="ce", type="MANAGED", computeResources=network, serviceRole=ROLE
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    batch.create_job_queue(jobQueueName="q", priority=1, computeEnvironmentOrder=order)
    needs = [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}]
    container = {"image": "busybox:1.37", "command": ["sh", "-c", "exit 3"], "resourceRequirements": needs}
    batch.register_job_definition(jobDefinitionName="d", type="container", containerProperties=container)
    job = batch.submit_job(jobName="j", jobQueue="q", jobDefinition="d")["jobId"]
    for _ in range(60):
        if (seen := batch.describe_jobs(jobs=[job])["jobs"][0])["status"] in ("SUCCEEDED", "FAILED"):
            break
        time.sleep(0.5)
    return seen["status"], seen.get("container", {}).get("exitCode", -1)


with open("log.txt", "w") as log:
    environment = os.environ | {"GATEWAY_PORT": port, "EDGE_PORT": port, "MINISTACK_HOST": "127.0.0.1"}
    server = subprocess.Popen(["env/bin/ministack"], env=environment, stdout=log, stderr=log)
try:
    for _ in range(60):
        with socket.socket() as connection:
            if not connection.connect_ex(("127.0.0.1", int(port))):
                break
        time.sleep(0.5)
    crawled, ran = crawl(), run_job()
finally:
    server.terminate()
    server.wait()
print("ministack 1.5.33")
print(f"crawler: {crawled[0]}, {crawled[1]} tables")
print(f"job: {ran[0]}, exit code {ran[1]}")
assert (crawled, ran) == (("SUCCEEDED", 0), ("SUCCEEDED", 0)), "this changed"
END
