"""What an idle bot holds: a small server is shared by many."""

import ctypes
import gc
import logging

log = logging.getLogger(__name__)


def rest() -> None:
    """After a start: what was made so far stays for good, what was needed to make it goes back to the system.

    The collector need not look at it again and again. glibc keeps freed memory for itself until it is asked
    (about 3 MiB here); other C libraries have no such call, and lose nothing by it.
    """
    gc.collect()
    gc.freeze()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):
        log.debug("memory not trimmed: the C library has no such call")
