"""Botocore's models of AWS's services: https://github.com/boto/botocore/tree/develop/botocore/data."""

from __future__ import annotations

from functools import cache

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape


@cache
def load(service: str) -> ServiceModel:
    """Load a service's model on first use, as it takes a few megabytes.

    Parameters:
        service: its name in boto3, such as `glue`.
    """
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def find_operation(service: str, name: str) -> OperationModel | None:
    """Find an operation's model; None if the service has no such operation.

    Parameters:
        service: as for `load`.
        name: such as `GetTable`.
    """
    model = load(service)
    return model.operation_model(name) if name in model.operation_names else None


def wire_name(shape: Shape, default: str) -> str:
    """The name of a member in messages.

    Parameters:
        shape: shape of the member.
        default: its name in the model.
    """
    return shape.serialization.get("name", default)
