"""Transport compression of the gateway: one context for the whole connection."""

import importlib
import zlib
from collections.abc import Callable

Transport = Callable[[str], str | bytes]


def transport(name: str | None) -> Transport:
    """How frames leave on this connection: text, `zlib-stream`, or `zstd-stream` if the module is there."""
    if name == "zlib-stream":
        deflate = zlib.compressobj(level=1)
        return lambda frame: deflate.compress(frame.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH)
    if name == "zstd-stream":
        try:
            zstandard = importlib.import_module("zstandard")
        except ModuleNotFoundError:
            return str
        stream = zstandard.ZstdCompressor().compressobj()
        flush = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        return lambda frame: bytes(stream.compress(frame.encode()) + stream.flush(flush))
    return str
