"""Botocore's models of AWS's services."""

from __future__ import annotations

from functools import cache

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape


@cache
def load(service: str) -> ServiceModel:
    """A service's model; read when it is first asked for, as it takes a few megabytes.

    Parameters:
        service: its name in boto3, such as `glue`.
    """
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def operation(service: str, name: str) -> OperationModel | None:
    """An operation's model; None when the service has no such operation.

    Parameters:
        service: as for `load`.
        name: such as `GetTable`.
    """
    model = load(service)
    return model.operation_model(name) if name in model.operation_names else None


def wire_name(shape: Shape, default: str) -> str:
    """The name under which a member travels.

    Parameters:
        shape: the member's.
        default: its name in the model.
    """
    return shape.serialization.get("name", default)
