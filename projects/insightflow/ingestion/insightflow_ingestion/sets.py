"""The three sets: their addresses and columns.

Columns are described at https://data.gov.my/data-catalogue/iowrt, /iowrt_3d and /fuelprice. Two are renamed, as they
are words of SQL: `date` becomes `ymd_date`, `group` becomes `group_code`.
"""

from dataclasses import dataclass

PUBLIC = "https://{host}"
"""Address of the public files, each on its own host."""


@dataclass(frozen=True)
class Set:
    """One of the sets.

    Parameters:
        name: of the set, and of its folder in the bucket.
        host: that publishes it.
        path: of its file there.
        texts: columns that hold text, none of them empty.
        figures: columns that hold numbers, some of them empty.
    """

    name: str
    host: str
    path: str
    texts: tuple[str, ...]
    figures: tuple[str, ...]

    def url(self, base: str) -> str:
        """The file's address.

        Parameters:
            base: beginning of the address; `{host}` stands for the host that publishes the set.
        """
        return f"{base.replace('{host}', self.host).rstrip('/')}/{self.path}"

    def key(self, month: str) -> str:
        """The object key of a month such as `2025-03`."""
        year, number = month.split("-")
        return f"raw/{self.name}/year={year}/month={number}/{self.name}_{month}.parquet"


SETS = (
    Set("iowrt", "storage.dosm.gov.my", "iowrt/iowrt.parquet", ("series",), ("sales", "volume", "volume_sa")),
    Set("iowrt_3d", "storage.dosm.gov.my", "iowrt/iowrt_3d.parquet", ("series", "group"), ("sales", "volume")),
    Set(
        "fuelprice",
        "storage.data.gov.my",
        "commodities/fuelprice.parquet",
        ("series_type",),
        ("ron95", "ron97", "diesel", "diesel_eastmsia"),
    ),
)
