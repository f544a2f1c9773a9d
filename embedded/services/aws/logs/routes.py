"""Routes of CloudWatch Logs: an operation is the method of its name.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from embedded.services.aws.logs.errors import INVALID
from embedded.services.aws.logs.events import Events
from embedded.services.aws.logs.groups import Groups
from embedded.services.aws.logs.store import LogStore
from embedded.services.aws.logs.streams import Streams
from embedded.services.aws.protocol.dispatcher import Dispatcher


def create_logs(store: LogStore) -> Dispatcher:
    """Create the service on its store."""
    return Dispatcher("logs", Groups(store), Streams(store), Events(store), invalid=INVALID)
