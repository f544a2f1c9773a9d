"""Creates everything that the InsightFlow pipeline needs on AWS, or deletes it.

    python projects/insightflow/infrastructure/insightflow.py up
    python projects/insightflow/infrastructure/insightflow.py down --empty-buckets

Each may be run again at any time: existing resources are updated to what is written here. Credentials and address are
those that AWS's own tools find (AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_ENDPOINT_URL and so on).

Environment: `INSIGHTFLOW_BASE_URL`, where the ingestion reads from; without it, the public files.
`INSIGHTFLOW_TARGET_BUCKET` and `INSIGHTFLOW_RESULTS_BUCKET`, names of the buckets: on AWS a bucket's name is unique
worldwide, so that you need your own.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError
from insightflow_steps.account import Account, StepError
from insightflow_steps.analysis import WorkGroup
from insightflow_steps.buckets import Bucket
from insightflow_steps.catalogue import Crawler, GlueDatabase
from insightflow_steps.compute import ComputeEnvironment, JobDefinition, JobQueue
from insightflow_steps.images import Repository
from insightflow_steps.names import (
    CRAWLER_ROLE,
    EXECUTION_ROLE,
    JOB_ROLE,
    RAW_BUCKET,
    REGION,
    RESULTS_BUCKET,
    Names,
)
from insightflow_steps.roles import Role, read_bucket, write_bucket
from insightflow_steps.step import Step


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        account = Account(options.region)
        names = Names(options.raw_bucket, options.results_bucket, os.environ.get("INSIGHTFLOW_BASE_URL") or None)
        everything = steps(account, names, options)
        print(f"Account {account.number}, region {options.region}, {account.location}")
        if options.command == "up":
            _up(everything)
        else:
            _down(everything)
    except (StepError, ClientError, BotoCoreError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def steps(account: Account, names: Names, options: argparse.Namespace) -> list[Step]:
    """All steps in the order of their creation; `down` takes the opposite order.

    Parameters:
        account: the account to work on.
        names: names of the buckets.
        options: of the command line.
    """
    empty = options.command == "down" and options.empty_buckets
    repository = Repository(account, empty)
    return [
        Bucket(account, names.raw_bucket, empty),
        Bucket(account, names.results_bucket, empty),
        Role(account, EXECUTION_ROLE, "ecs-tasks", managed=("service-role/AmazonECSTaskExecutionRolePolicy",)),
        Role(account, JOB_ROLE, "ecs-tasks", own=write_bucket(names.raw_bucket)),
        Role(account, CRAWLER_ROLE, "glue", ("service-role/AWSGlueServiceRole",), read_bucket(names.raw_bucket)),
        *([repository] if account.is_aws else []),
        ComputeEnvironment(account, options.subnets, options.security_groups),
        JobQueue(account),
        JobDefinition(account, names, options.image or repository.image),
        GlueDatabase(account),
        Crawler(account, names),
        WorkGroup(account, names),
    ]


def _up(everything: list[Step]) -> None:
    for step in everything:
        print(f"{step.name}: {step.up()}", flush=True)


def _down(everything: list[Step]) -> None:
    for step in reversed(everything):
        print(f"{step.name}: {step.down()}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Make or take away what the InsightFlow pipeline needs on AWS.")
    parser.add_argument("command", choices=["up", "down"])
    parser.add_argument("--region", default=REGION, help="default: %(default)s, which the flow names too")
    parser.add_argument("--raw-bucket", default=os.environ.get("INSIGHTFLOW_TARGET_BUCKET") or RAW_BUCKET)
    parser.add_argument("--results-bucket", default=os.environ.get("INSIGHTFLOW_RESULTS_BUCKET") or RESULTS_BUCKET)
    parser.add_argument("--image", help="of the ingestion job; default: the repository that `up` makes on AWS")
    parser.add_argument("--subnets", nargs="+", help="where jobs run; default: those of the default VPC")
    parser.add_argument("--security-groups", nargs="+", help="of the jobs; default: that of the default VPC")
    parser.add_argument(
        "--empty-buckets",
        action="store_true",
        help="with `down`: delete all data in the buckets, and all images; without it, those that hold some stay",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
