"""What the Dockerfile copies is enough to run, and the health check tells well from ill."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.load.served import ROOT, free_port, wait_for


def healthy(folder: Path, port: int, *words: str) -> bool:
    command = [sys.executable, ".deploy/healthy.py", *words]
    settings = os.environ | {"STREAMLIT_SERVER_PORT": str(port)}
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True).returncode == 0


def test_the_files_of_the_image_are_enough_and_its_health_is_told(tmp_path: Path):
    image = (ROOT / ".deploy/Dockerfile").read_text("utf-8")
    for source, target in re.findall(r"^COPY (\S+) (\S+)$", image, re.M):
        place = tmp_path / target
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place = place / Path(source).name if target.endswith(("/", ".")) else place
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, place)
    settings = dict(re.findall(r"(\w+)=(\S+?)(?: \\)?$", image[image.index("\nENV") :], re.M))
    port = free_port()
    settings |= {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
    [command] = re.findall(r'^CMD \["(streamlit)", "run", "(dashboard.py)"\]$', image, re.M)
    assert not healthy(tmp_path, port)
    run = [sys.executable, "-m", *command[:1], "run", *command[1:]]
    with subprocess.Popen(run, cwd=tmp_path, env=os.environ | settings) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", 60)
            assert healthy(tmp_path, port)
            assert healthy(tmp_path, port, "--pages")
            assert healthy(tmp_path, port, "--pages-once")
        finally:
            server.kill()
    assert not healthy(tmp_path, port)
