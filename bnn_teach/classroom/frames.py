"""Messages between grader and sandbox: JSON behind its length, never longer than agreed.

You will find the few bytes of the protocol, used at both ends. Whoever reads trusts nothing: a
length above the limit, or bytes that are no JSON object, end the conversation. Next:
:mod:`bnn_teach.classroom.worker`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

MOST_BYTES = 16 * 2**20
"""Of one message."""

MOST_LETTERS = 100_000
"""Of one text in a message, such as what a cell prints."""

FILES = "/files"
"""Where the sandbox has the files of an assignment and of a submission, for reading only."""

_LENGTH = struct.Struct(">I")


class FrameError(Exception):
    """What came is no message, or there will be no more."""


def encode(message: dict[str, Any]) -> bytes:
    """Return a message as the bytes to send."""
    data = json.dumps(message).encode()
    if len(data) > MOST_BYTES:
        raise FrameError(f"a message of {len(data)} bytes, expected at most {MOST_BYTES}.")
    return _LENGTH.pack(len(data)) + data


def decode(receive: Callable[[int], bytes]) -> dict[str, Any]:
    """Read one message.

    Parameters
    ----------
    receive : callable
        Takes how many bytes are wanted at most; returns some, or none where nothing will come.

    Raises
    ------
    FrameError
        The other end closed, or sent something else than a message.
    """
    (length,) = _LENGTH.unpack(_exactly(_LENGTH.size, receive))
    if length > MOST_BYTES:
        raise FrameError(f"a message of {length} bytes, expected at most {MOST_BYTES}.")
    try:
        message = json.loads(_exactly(length, receive))
    except (ValueError, RecursionError):
        raise FrameError("a message that is no JSON.") from None
    if not isinstance(message, dict):
        raise FrameError("a message that is no JSON object.")
    return message


def _exactly(count: int, receive: Callable[[int], bytes]) -> bytes:
    data = b""
    while len(data) < count:
        part = receive(min(count - len(data), 2**16))
        if not part:
            raise FrameError("the other end closed.")
        data += part
    return data
