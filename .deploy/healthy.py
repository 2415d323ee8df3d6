"""Exits with 0 if the server on this machine is well; ``--pages`` runs the first page, too.

The answer's words are compared: a wrong path is answered with 200 as well, but with a page.
"""

import os
import sys
from urllib.request import urlopen

port = os.environ.get("STREAMLIT_SERVER_PORT", "8501")
path, seconds = ("script-health-check", 60) if "--pages" in sys.argv else ("health", 3)
with urlopen(f"http://127.0.0.1:{port}/_stcore/{path}", timeout=seconds) as answer:
    sys.exit(answer.read(100).strip() != b"ok")
