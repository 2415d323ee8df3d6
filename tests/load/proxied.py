"""Debian's nginx with the configuration that is shipped, on the loopback interface."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.load.echo import Echo
from tests.load.served import ROOT, Served, free_port, wait_for

SHIPPED = ROOT / ".deploy" / "nginx.conf"


@contextmanager
def proxied(replicas: Sequence[Served | Echo], folder: Path) -> Iterator[str]:
    """The address of a proxy before these replicas: as shipped but for places.

    Args:
        replicas: As many as the shipped configuration names.
        folder: For its files; ``access.log`` and ``error.log`` are among them.
    """
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    port = free_port()
    file = folder / "nginx.conf"
    file.write_text(_adapted(replicas, port, folder), encoding="utf-8")
    with subprocess.Popen(
        [nginx, "-c", file, "-g", "daemon off;", "-e", folder / "error.log"]
    ) as it:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", 30)
            yield f"http://127.0.0.1:{port}"
        finally:
            it.terminate()


def _adapted(replicas: Sequence[Served | Echo], port: int, folder: Path) -> str:
    ports = iter(replicas)
    text = SHIPPED.read_text(encoding="utf-8")
    text = re.sub(r"server replica\d:8501", lambda _: f"server 127.0.0.1:{next(ports).port}", text)
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};")
    text = text.replace("/tmp/", f"{folder}/")
    text = text.replace("/dev/stderr", f"{folder}/error.log")
    return text.replace("/dev/stdout", f"{folder}/access.log")
