"""What commands ask of the supervisor, as lines."""

import pytest

from embedded.supervision.messages import Down, Env, Message, Status, Stop, Up, decode, encode


@pytest.mark.parametrize(
    "message",
    [
        Up(),
        Up(("kestra", "postgres"), "lease", "other", {"KESTRA_PORT": "8080", "NOTE": "two\nlines"}),
        Down(),
        Stop(("qdrant",)),
        Status(),
        Env(),
    ],
    ids=str,
)
def test_a_message_is_one_line_and_comes_back(message: Message) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode(line) == message


LINES = (b'{"do": "dance"}', b'{"do": "stop", "services": []}', b'{"do": "stop"}', b"up")


@pytest.mark.parametrize("line", LINES)
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"does not|Expecting value"):
        decode(line)
