"""Width and height of an image from its header, without decoding it."""

from __future__ import annotations

import struct

_PNG = b"\x89PNG\r\n\x1a\n"
_MARK = 0xFF
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def image_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height [pixel], or None when this is no image we know.

    Parameters
    ----------
    data : bytes
        The file, or its beginning.
    """
    try:
        if data.startswith(_PNG):
            width, height = struct.unpack(">II", data[16:24])
        elif data[:6] in {b"GIF87a", b"GIF89a"}:
            width, height = struct.unpack("<HH", data[6:10])
        elif data[:2] == b"BM" and data[14:18] == b"(\0\0\0":
            width, height = struct.unpack("<ii", data[18:26])
        elif data[:3] == b"\xff\xd8\xff":
            return _jpeg_size(data)
        elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp_size(data)
        else:
            return None
    except struct.error:
        return None
    return abs(width), abs(height)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 < len(data) and data[place] == _MARK:
        marker = data[place + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    if data[12:16] == b"VP8X":
        return (
            1 + int.from_bytes(data[24:27], "little"),
            1 + int.from_bytes(data[27:30], "little"),
        )
    return None
