"""What the filters of several lists have in common."""

from __future__ import annotations

from dataclasses import dataclass

PERIODS = {"PT1H": "last hour", "PT24H": "last day", "P8D": "last 8 days", "P30D": "last 30 days", "P3650D": "ever"}
DEFAULT_PERIOD = "P8D"


@dataclass(frozen=True)
class FlowFilters:
    """Filters by flow; what is empty filters nothing.

    Attributes:
        text: a part of what is searched.
        namespace: of the flow, or one around it.
        flow: id of the flow.
        of_flow: whether one flow is meant: then the namespace is its own.
    """

    text: str = ""
    namespace: str = ""
    flow: str = ""
    of_flow: bool = False

    def query(self) -> dict[str, str]:
        """The filters as the API takes them."""
        return {f"filters[{']['.join(name)}]": value for name, value in self._values().items() if value}

    def _values(self) -> dict[tuple[str, ...], str]:
        """What is searched, by field and operator."""
        return {
            ("q", "EQUALS"): self.text,
            ("namespace", "EQUALS" if self.of_flow else "STARTS_WITH"): self.namespace,
            ("flowId", "EQUALS"): self.flow,
        }


@dataclass(frozen=True)
class TimedFilters(FlowFilters):
    """The same for what has a time.

    Attributes:
        period: how far back, one of `PERIODS`.
    """

    period: str = DEFAULT_PERIOD

    def _values(self) -> dict[tuple[str, ...], str]:
        period = self.period if self.period in PERIODS else DEFAULT_PERIOD
        return super()._values() | {("timeRange", "EQUALS"): period}
