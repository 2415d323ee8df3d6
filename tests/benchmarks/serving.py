"""A server of our own on loopback, and what it takes from the machine."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError

ROOT = Path(__file__).parents[2]


class Server(NamedTuple):
    """A running server.

    Attributes:
        port: On 127.0.0.1.
        pid: Of its process.
    """

    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of processor time so far; Linux only."""
        ticks = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MiB that the process holds, libraries that it shares included; Linux only."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(it.split()[1]) for it in lines if it.startswith("VmRSS")) / 1024


@contextmanager
def serving(script: Path, **variables: str) -> Iterator[Server]:
    """A server of a script, until the block ends.

    Args:
        script: Its path.
        variables: Environment variables besides ours.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    environment: Mapping[str, str] = os.environ | {"OMP_NUM_THREADS": "1"} | variables
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port)
            yield Server(port, process.pid)
        finally:
            process.terminate()


def _wait_for(port: int, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
                if answer.read() == b"ok":
                    return
        except (URLError, OSError):
            time.sleep(0.02)
    raise TimeoutError(f"no server on port {port}")
