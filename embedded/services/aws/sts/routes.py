"""STS's routes: an operation is the method of its name.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.protocol.dispatcher import Dispatcher
from embedded.services.aws.sts.sessions import Sessions
from embedded.services.aws.sts.store import KeyStore


def create_sts(keys: KeyStore, iam: IamStore) -> Dispatcher:
    """Create the service.

    Parameters:
        keys: all access keys.
        iam: store of the roles.
    """
    return Dispatcher("sts", Sessions(keys, iam), invalid="ValidationError")
