"""What the catalog says of one service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from catalog.setting import Kind, Setting, settings_of

S = TypeVar("S")
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    """A variable that says where a service is.

    Attributes:
        shape: how it is made of `{host}` and `{port}`, the service's first port.
    """

    variable: str
    shape: str = "http://{host}:{port}"

    @property
    def is_url(self) -> bool:
        """Whether it names the port too."""
        return "{port}" in self.shape

    def at(self, host: str, port: int) -> str:
        """The variable's value for a service at a host and a port."""
        return self.shape.format(host=host, port=port)


@dataclass(frozen=True)
class Health:
    """How a client asks by HTTP whether a service is well.

    Attributes:
        path: follows the address of the service.
        login: the variables of the user name and the password, if it asks for them.
        any_answer: True if a refusal is a good sign too.
    """

    path: str
    login: tuple[str, str] | None = None
    any_answer: bool = False


@dataclass(frozen=True)
class Container:
    """A service in the Docker stack.

    Attributes:
        name: of the Compose service.
        image: with its tag.
        health: the command of its health check, or a part of it that no other service has.
        memory: its limit, as Compose writes it.
        environment: variables of the container, each with the setting that it takes its value from.
        seen_by_flows: values of `docker/flows.env` that do not follow from the settings.
    """

    name: str
    image: str
    health: str
    memory: str
    environment: Mapping[str, str] = field(default_factory=dict)
    seen_by_flows: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ServiceSpec(Generic[S]):
    """One service of the stacks.

    Attributes:
        name: in the embedded stack, in commands and in `workbook.open`.
        title: as documents write it.
        settings: a dataclass of the service's own settings, declared with `catalog.setting`.
        container: the service in the Docker stack, if it has it.
        order: its position in listings; the least is first.
        starts_by_default: whether it starts when no service is named.
        for_people: whether it is for a browser alone: no notebook asks for it, or waits for it.
        runs_flows: whether it needs the addresses of all services that flows use.
        requires: names of services whose addresses it needs.
        addresses: variables that say where it is.
        connection: how its address is shown, made of its variables; the URL if empty.
        health: None for a service that does not speak HTTP.
        seen_by_flows: variables that flows read as `{{ envs.* }}`.
        secrets: variables that flows read by `{{ secret('*') }}`.
        process_variables: variables that the engine's process, or the tasks' own libraries in it, read from its
            environment.
        client_variables: variables beside the settings that notebooks read.
        prefixes: how the names of its variables begin.
    """

    name: str
    title: str
    settings: type[S]
    container: Container | None = None
    order: int = 100
    starts_by_default: bool = False
    for_people: bool = False
    runs_flows: bool = False
    requires: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    connection: str = ""
    health: Health | None = None
    seen_by_flows: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    process_variables: tuple[str, ...] = ()
    client_variables: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.prefixes:
            object.__setattr__(self, "prefixes", (f"{self.name.upper()}_",))

    @cached_property
    def all_settings(self) -> tuple[Setting, ...]:
        """The service's settings, ports included."""
        return settings_of(self.settings)

    @cached_property
    def ports(self) -> tuple[Setting, ...]:
        """The settings that are ports; the first is the one of the addresses."""
        return tuple(setting for setting in self.all_settings if setting.kind is Kind.PORT)

    @property
    def variables(self) -> tuple[str, ...]:
        """All variables of the service: of its settings and of its addresses."""
        return (*(setting.variable for setting in self.all_settings), *(address.variable for address in self.addresses))

    @property
    def port_variable(self) -> str:
        """The variable of the first port."""
        return self.ports[0].variable

    def setting(self, name: str) -> Setting:
        """A setting by its field or its variable.

        Raises:
            KeyError: there is none of this name.
        """
        for setting in self.all_settings:
            if name in (setting.field, setting.variable):
                return setting
        raise KeyError(name)

    @property
    def url_variable(self) -> str | None:
        """The variable of its URL, if it has one."""
        return next((address.variable for address in self.addresses if address.is_url), None)

    @property
    def default_url(self) -> str:
        """Where it is on this machine if nothing else is set."""
        return f"http://{LOOPBACK}:{self.ports[0].default}"

    @property
    def marker(self) -> str:
        """The variable whose presence says that the embedded stack runs the service."""
        return self.url_variable or self.port_variable

    def located(self, environment: Mapping[str, str]) -> str | None:
        """Its address as the variables of the running services have it; None if it does not run."""
        if self.marker not in environment:
            return None
        return (self.connection or f"{{{self.marker}}}").format_map(environment)

    def flow_variables(self) -> dict[str, str]:
        """What flows of the Docker stack see, as `docker/flows.env` writes it; the names without `ENV_`."""
        container = self.container
        if container is None:
            return {}
        inside = self.ports[0].container_port
        own = {address.variable: address.at(container.name, inside) for address in self.addresses}
        own |= {port.variable: str(port.container_port) for port in self.ports}
        for setting in self.all_settings:
            own.setdefault(setting.variable, f"${{{setting.variable}:-{setting.default}}}")
        return {name: container.seen_by_flows.get(name, own[name]) for name in self.seen_by_flows}
