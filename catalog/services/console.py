"""The workbook's console: Kestra's screens in a browser."""

from dataclasses import dataclass

from catalog import setting
from catalog.spec import Address, Health, ServiceSpec


@dataclass(frozen=True)
class ConsoleSettings:
    """Settings of the console."""

    port: int = setting.port("CONSOLE_PORT", 8180)


CONSOLE = ServiceSpec(
    name="console",
    title="console",
    settings=ConsoleSettings,
    order=200,
    starts_by_default=True,
    for_people=True,
    requires=("kestra",),
    addresses=(Address("CONSOLE_URL"),),
    health=Health("/health"),
    process_variables=("CONSOLE_URL",),
)
