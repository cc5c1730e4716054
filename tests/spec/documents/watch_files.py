"""Files as a sports watch writes them, by hand from the published layout of FIT: header, definitions, data, CRC."""

import struct
from collections.abc import Iterable

NIBBLES = (
    0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
    0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
)  # fmt: skip
UINT16, UINT32, ENUM = 0x84, 0x86, 0x00
FILE_ID, RECORD, HRV = 0, 20, 78
NOTHING = 0xFFFF


def checksum(data: bytes) -> int:
    """The CRC-16 that stands at the end of such a file."""
    crc = 0
    for byte in data:
        for nibble in (byte & 0xF, byte >> 4):
            rest = NIBBLES[crc & 0xF]
            crc = (crc >> 4) & 0x0FFF
            crc ^= rest ^ NIBBLES[nibble]
    return crc


def definition(local: int, number: int, *fields: tuple[int, int, int]) -> bytes:
    """What the data messages of this local kind hold: (field number, bytes, type) each."""
    return struct.pack("<BBBHB", 0x40 | local, 0, 0, number, len(fields)) + b"".join(bytes(one) for one in fields)


def whole(body: bytes) -> bytes:
    """A file around these messages."""
    header = struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    header += struct.pack("<H", checksum(header))
    return header + body + struct.pack("<H", checksum(header + body))


def watch_file(beats_ms: Iterable[int], *, at_once: int = 2) -> bytes:
    """A watch's file with these times between beats, some in each message, and a record of the place in between."""
    beats = list(beats_ms)
    body = definition(0, FILE_ID, (0, 1, ENUM), (4, 4, UINT32)) + struct.pack("<BBI", 0, 4, 1_100_000_000)
    body += definition(1, HRV, (0, 10, UINT16)) + definition(2, RECORD, (253, 4, UINT32), (0, 4, 0x85), (3, 1, 0x02))
    for start in range(0, len(beats), at_once):
        some = beats[start : start + at_once]
        body += struct.pack("<B5H", 1, *some, *[NOTHING] * (5 - len(some)))
        body += struct.pack("<BIiB", 2, 1_100_000_000 + start, 623_456_789, 61)
    return whole(body)
