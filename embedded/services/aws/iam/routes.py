"""IAM's routes: an operation is the method of its name.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

from embedded.services.aws.iam.instance_profiles import InstanceProfiles
from embedded.services.aws.iam.roles import Roles
from embedded.services.aws.iam.store import IamStore
from embedded.services.aws.protocol.dispatcher import Dispatcher


def create_iam(store: IamStore) -> Dispatcher:
    """Create the service on its store."""
    return Dispatcher("iam", Roles(store), InstanceProfiles(store), invalid="ValidationError")
