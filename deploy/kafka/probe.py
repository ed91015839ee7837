"""Asks a broker one question in Kafka's own protocol: is there a broker in the cluster that takes requests?"""

import socket
import struct

from deploy.background import LOOPBACK

_METADATA, _VERSION, _QUESTION = 3, 4, 1


def answers(port: int, *, seconds: float = 2.0) -> bool:
    """True when the cluster behind the port lists a broker; a broker that is still registering is not listed.

    An open port alone says little: it opens before requests are served. The question is Metadata, version 4,
    about no topics (Kafka protocol guide, "Metadata API"), the oldest version that every Kafka 4 still answers.
    """
    try:
        with socket.create_connection((LOOPBACK, port), timeout=seconds) as connection:
            connection.sendall(_metadata_request())
            return _count_of_brokers(_read_frame(connection)) > 0
    except (OSError, EOFError, struct.error):
        return False


def _metadata_request() -> bytes:
    client = b"wiyata-probe"
    header = struct.pack(">hhih", _METADATA, _VERSION, _QUESTION, len(client)) + client
    no_topics_and_make_none = struct.pack(">i?", 0, False)
    body = header + no_topics_and_make_none
    return struct.pack(">i", len(body)) + body


def _read_frame(connection: socket.socket) -> bytes:
    (size,) = struct.unpack(">i", _read(connection, 4))
    return _read(connection, size)


def _read(connection: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise EOFError("the broker hung up")
        received += part
    return bytes(received)


def _count_of_brokers(answer: bytes) -> int:
    question, _throttled_ms, brokers = struct.unpack_from(">iii", answer)
    return int(brokers) if question == _QUESTION else 0
