"""A server of our own on a free port, and what it costs the machine."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEBIBYTE = 2**20


@dataclass
class Served:
    """The dashboard on the loopback interface.

    Attributes:
        port: It keeps its port when it is started again.
        settings: Environment variables.
        log: A file for what it prints; nothing is kept if there is none.
        before: Python that runs in the server's process before the server does.
        script: What it serves.
    """

    port: int
    settings: dict[str, str] = field(default_factory=dict)
    log: Path | None = None
    before: str = ""
    script: str = "dashboard.py"
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where readers find it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        """The README's command, with a port and without a window: nothing else is set for it."""
        code = f"{self.before}\nfrom streamlit.web.cli import main\nmain()"
        streamlit = ["-c", code] if self.before else ["-m", "streamlit"]
        where = [f"--server.port={self.port}", "--server.address=127.0.0.1"]
        return [sys.executable, *streamlit, "run", self.script, *where, "--server.headless=true"]

    def start(self, seconds: float = 60) -> None:
        """Start it, and wait until it says that it is well."""
        own = {name: it for name, it in os.environ.items() if not name.startswith("STREAMLIT_")}
        with (self.log or Path(os.devnull)).open("ab") as log:
            self._process = subprocess.Popen(
                self.command, cwd=ROOT, env=own | self.settings, stdout=log, stderr=log
            )
        wait_for(f"{self.address}/_stcore/health", seconds)

    def kill(self) -> None:
        """As when the machine fails: no goodbye."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As when it is replaced."""
        self._end(signal.SIGTERM)

    @property
    def memory(self) -> float:
        """Mebibytes that it holds now; not a number where the system does not tell."""
        return self._memory("VmRSS")

    @property
    def largest_memory(self) -> float:
        """Mebibytes that it ever held."""
        return self._memory("VmHWM")

    @property
    def bytes_read(self) -> int:
        """From files, since it was started."""
        found = re.search(r"rchar: (\d+)", Path(f"/proc/{self._pid}/io").read_text())
        return int(found[1]) if found else 0

    @property
    def computed(self) -> float:
        """Seconds of computing since it was started."""
        try:
            fields = Path(f"/proc/{self._pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return float("nan")
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _memory(self, name: str) -> float:
        try:
            status = Path(f"/proc/{self._pid}/status").read_text()
        except OSError:
            return float("nan")
        found = re.search(rf"{name}:\s+(\d+) kB", status)
        return int(found[1]) * 1024 / MEBIBYTE if found else float("nan")

    @property
    def _pid(self) -> int:
        return self._process.pid if self._process else 0

    def _end(self, how: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(how)
            self._process.wait(timeout=30)


@contextmanager
def served(
    log: Path | None = None, before: str = "", script: str = "dashboard.py", **settings: str
) -> Iterator[Served]:
    """A server that runs as long as it is needed; see :class:`Served`."""
    server = Served(free_port(), settings, log, before, script)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def free_port() -> int:
    """A port that nobody listens on at present."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(address: str, seconds: float) -> None:
    """Until a server says ``ok``; a wrong path would be answered, too, but with a page."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError(address)
