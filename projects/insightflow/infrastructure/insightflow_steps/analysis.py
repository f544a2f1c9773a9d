"""Athena: the work group of the pipeline's queries."""

from typing import Any

from botocore.exceptions import ClientError

from insightflow_steps.account import Account, code_of
from insightflow_steps.names import WORK_GROUP, Names

_MOST_BYTES = 1 << 30
"""Most bytes that a query may read: a mistake then costs half a cent, not dollars."""


class WorkGroup:
    """The work group.

    Parameters:
        account: to work on.
        names: of the bucket for results.
    """

    def __init__(self, account: Account, names: Names) -> None:
        self.name = f"Athena work group {WORK_GROUP}"
        self._athena = account.client("athena")
        self._location = f"s3://{names.results_bucket}/results/"

    def up(self) -> str:
        """Create or update the work group."""
        result = {"OutputLocation": self._location}
        # Not enforced: dbt says itself where its tables go.
        settings: dict[str, Any] = {
            "EnforceWorkGroupConfiguration": False,
            "BytesScannedCutoffPerQuery": _MOST_BYTES,
        }
        try:
            self._athena.get_work_group(WorkGroup=WORK_GROUP)
        except ClientError as error:
            if code_of(error) != "InvalidRequestException" or "not found" not in str(error):
                raise
            configuration = {**settings, "ResultConfiguration": result}
            self._athena.create_work_group(Name=WORK_GROUP, Configuration=configuration)
            return "created"
        updates = {**settings, "ResultConfigurationUpdates": result}
        self._athena.update_work_group(WorkGroup=WORK_GROUP, ConfigurationUpdates=updates, State="ENABLED")
        return "there already"

    def down(self) -> str:
        """Delete the work group with its history of queries."""
        try:
            self._athena.delete_work_group(WorkGroup=WORK_GROUP, RecursiveDeleteOption=True)
        except ClientError as error:
            if code_of(error) == "InvalidRequestException" and "not found" in str(error):
                return "not there"
            raise
        return "deleted"
