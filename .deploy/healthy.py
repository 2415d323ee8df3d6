"""Exits with 0 if the server on this machine is well; ``--pages`` runs the first page, too.

``--pages-once`` does so once for each start of the container. The answer's words are compared: a
wrong path is answered with 200 as well, but with a page.
"""

import os
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

SECONDS = {"script-health-check": 60, "health": 3}
WARM = Path(tempfile.gettempdir()) / "warm"


def well(path: str) -> bool:
    """Whether the server says so."""
    port = os.environ.get("STREAMLIT_SERVER_PORT", "8501")
    with urlopen(f"http://127.0.0.1:{port}/_stcore/{path}", timeout=SECONDS[path]) as answer:
        return answer.read(100).strip() == b"ok"


def this_start() -> str:
    """When the container's first process began: files outlive a restart, processes do not."""
    return Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19]


if "--pages" in sys.argv:
    sys.exit(not well("script-health-check"))
if "--pages-once" in sys.argv and not (WARM.exists() and WARM.read_text() == this_start()):
    if not well("script-health-check"):
        sys.exit(1)
    WARM.write_text(this_start())
sys.exit(not well("health"))
