"""io.kestra.plugin.aws.cli.AwsCLI."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra, Task

BUCKET = "cli.flowio.app"


@pytest.fixture
def s3(kestra: Kestra) -> Iterator[Any]:
    """A client, and a bucket with one object."""
    client = kestra.s3()
    client.create_bucket(Bucket=BUCKET)
    client.put_object(Bucket=BUCKET, Key="a.txt", Body=b"ada\n")
    yield client
    client.delete_object(Bucket=BUCKET, Key="a.txt")
    client.delete_bucket(Bucket=BUCKET)


def cli(*commands: str, **properties: Any) -> Task:
    """A task that is told everything about the connection."""
    connection = {
        "accessKeyId": "{{ secret('AWS_ACCESS_KEY_ID') }}",
        "secretKeyId": "{{ secret('AWS_SECRET_ACCESS_KEY') }}",
        "region": "{{ envs.aws_region }}",
        "endpointOverride": "{{ envs.aws_endpoint_url }}",
    }
    return bare(*commands, **connection, **properties)


def bare(*commands: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.aws.cli.AwsCLI", "commands": list(commands), **properties}


def test_the_aws_command_reaches_the_bucket_and_its_words_become_outputs(kestra: Kestra, s3: Any) -> None:
    outputs = kestra.ok(
        cli(
            f"aws s3api list-objects-v2 --bucket {BUCKET} > listing.json",
            f"aws s3 cp s3://{BUCKET}/$NAME copy.txt --quiet",
            r"""echo "::{\"outputs\": {\"text\": \"$(cat copy.txt note.txt | tr '\n' ' ')\"}}::" """,
            env={"NAME": "{{ 'a' }}.txt"},
            inputFiles={"note.txt": "noted"},
            outputFiles=["*.json"],
        )
    ).outputs()
    listing = json.loads(kestra.text(outputs["outputFiles"]["listing.json"]))
    assert [item["Key"] for item in listing["Contents"]] == ["a.txt"]
    assert outputs["vars"] == {"text": "ada noted"}


def test_output_format_and_what_is_left_open(kestra: Kestra, s3: Any) -> None:
    command = f"aws s3api list-objects-v2 --bucket {BUCKET} --query 'Contents[].Key'"
    assert "a.txt" in kestra.ok(bare(command, outputFormat="TEXT")).logs("INFO")


def test_the_docker_task_runner_of_a_flow_becomes_a_process(kestra: Kestra) -> None:
    docker = {"type": "io.kestra.plugin.scripts.runner.docker.Docker"}
    assert any("aws-cli/1." in line for line in kestra.ok(cli("aws --version", taskRunner=docker)).logs())


def test_a_command_that_fails_is_told_with_the_words_of_aws(kestra: Kestra) -> None:
    failing = "aws s3api head-bucket --bucket there-is-none.flowio.app"
    run = kestra.run(cli("set -e", failing, "echo went on"))
    assert run.state == "FAILED"
    assert any("HeadBucket" in line and "404" in line for line in run.logs())
    assert "went on" not in run.logs()
    # As in the official plug-in, without `set -e` only the last command's exit code counts.
    assert kestra.run(cli(failing, "echo went on")).state == "SUCCESS"


def test_a_wrong_secret_is_refused_by_the_store(kestra: Kestra) -> None:
    run = kestra.run(
        bare("aws s3api list-buckets", accessKeyId="{{ secret('AWS_ACCESS_KEY_ID') }}", secretKeyId="wrong")
    )
    assert run.state == "FAILED"
    assert any("SignatureDoesNotMatch" in line for line in run.logs())


def test_secrets_are_in_no_log_and_the_users_own_profiles_do_not_count(kestra: Kestra) -> None:
    run = kestra.ok(cli("env | grep AWS_ | sort", "aws configure set region elsewhere", "aws configure list"))
    secret = kestra.environment["AWS_SECRET_ACCESS_KEY"]
    text = "\n".join(run.logs())
    assert "AWS_CONFIG_FILE=" + str(kestra.home) in text
    assert f"AWS_SECRET_ACCESS_KEY={secret}" not in text
    assert "KESTRA_PASSWORD" not in text


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"stsRoleArn": "arn:aws:iam::1:role/x"}, "stsRoleArn"),
        ({"outputFormat": "YAML"}, "version 2"),
    ],
)
def test_what_cannot_be_heeded_is_refused(kestra: Kestra, properties: dict[str, str], words: str) -> None:
    assert words in kestra.failure(cli("aws --version", **properties))


def test_a_flow_may_set_the_connection_once_for_all_its_tasks(kestra: Kestra, s3: Any) -> None:
    task = cli(f"aws s3api list-objects-v2 --bucket {BUCKET} --query 'Contents[].Key'")
    values = {name: task.pop(name) for name in list(task) if name not in ("type", "commands")}
    defaults = {"pluginDefaults": [{"type": task["type"], "values": values}]}
    assert kestra.problems(task, **defaults) == ""
    assert any("a.txt" in line for line in kestra.ok(task, **defaults).logs("INFO"))
