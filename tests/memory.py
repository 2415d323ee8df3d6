"""How much memory a process of a test has needed."""

import sys
from pathlib import Path

import pytest

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")


def peak() -> int:
    """Tell the most bytes that this program has held at once.

    ``ru_maxrss`` would count what the parent process held when it started this one, too.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(dict(line.split(":") for line in lines)["VmHWM"].split()[0])
