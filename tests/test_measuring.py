"""Whatever is measured is measured as shipped: no server is started with settings of the tests'."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit import config

from tests.load import served
from tests.load.served import Served

ROOT = Path(__file__).parents[1]
TESTS = sorted(ROOT.glob("tests/**/*.py"))
IMAGE = {"tests/test_deploy.py", "tests/browser/test_image.py"}
"""Tests of the image, which sets variables of its own."""


def strings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_server_is_started_with_more_than_its_place_and_without_a_window():
    sections = "|".join(sorted({name.split(".")[0] for name in config.get_config_options()}))
    option = re.compile(rf"--(?:{sections})\.\w+")
    given = {path: {it for text in strings(path) for it in option.findall(text)} for path in TESTS}
    asked = {path.name: flags for path, flags in given.items() if flags and path != Path(__file__)}
    place = {"--server.port", "--server.address", "--server.headless"}
    assert asked == {Path(served.__file__).name: place}


def test_no_server_is_started_with_variables_of_streamlit():
    variable = re.compile("STREAMLIT_[A-Z]+_[A-Z_]+")
    setting = {
        path.relative_to(ROOT).as_posix()
        for path in TESTS
        if path != Path(__file__) and any(map(variable.fullmatch, strings(path)))
    }
    assert setting == IMAGE


def test_a_server_is_started_as_the_readme_says():
    readme = (ROOT / "README.md").read_text("utf-8")
    [said] = re.findall(r"^pip install .* && (streamlit run \S+)$", readme, re.M)
    _, m, *command = Served(port=1).command
    assert m == "-m"
    words = [it for it in command if not it.startswith("--")]
    assert words == said.split()


def test_a_developers_variables_do_not_reach_a_measured_server(monkeypatch: pytest.MonkeyPatch):
    class Started:
        def __init__(self, _: list[str], env: dict[str, str], **__: object) -> None:
            self.env = env

    monkeypatch.setenv("STREAMLIT_SERVER_FILE_WATCHER_TYPE", "auto")
    monkeypatch.setattr(served, "wait_for", lambda *_: None)
    monkeypatch.setattr(served.subprocess, "Popen", Started)
    server = Served(port=1, settings={"ATTENTION_LAB_OPEN": "1"})
    server.start()
    assert isinstance(server._process, Started)
    assert server._process.env.keys() - os.environ.keys() == {"ATTENTION_LAB_OPEN"}
    assert "STREAMLIT_SERVER_FILE_WATCHER_TYPE" not in server._process.env


def test_the_file_watcher_is_off_and_the_readme_names_what_turns_it_on():
    watcher = config.get_config_options()["server.fileWatcherType"]
    assert watcher.value == "none"
    assert f"{watcher.env_var}=auto" in (ROOT / "README.md").read_text("utf-8")
