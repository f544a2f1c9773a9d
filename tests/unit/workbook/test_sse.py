"""Server-sent events, as the standard defines them."""

import pytest

from workbook.kestra.sse import event_data


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"data: one\n\ndata: two\n\n", ["one", "two"]),
        (b"id: 7\nevent: progress\ndata: one\nretry: 10\n\n", ["one"]),
        (b"data: first line\ndata: second line\n\n", ["first line\nsecond line"]),
        (b": a comment\n\n: another\ndata:no space\n\n", ["no space"]),
        (b"data:  only one space is dropped\n\n", [" only one space is dropped"]),
        (b"data\n\n", [""]),
        (b"database: another field\n\n", []),
        (b"data: whole\n\ndata: broken off", ["whole"]),
        ("data: Grüße\n\n".encode(), ["Grüße"]),
        (b"", []),
    ],
)
def test_data_of_the_events(stream: bytes, data: list[str]) -> None:
    assert list(event_data(stream.split(b"\n"))) == data
