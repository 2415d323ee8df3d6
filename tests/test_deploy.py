"""What operators are given fits together and fits the app: no Docker or cluster is needed."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from streamlit import config

from core.models.hub import ALLOWED
from tests.load.echo import echoing

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / ".deploy"
NGINX = (DEPLOY / "nginx.conf").read_text("utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
MANIFESTS = (DEPLOY / "kubernetes.yaml").read_text("utf-8")
CLUSTER = {it["kind"]: it for it in yaml.safe_load_all(MANIFESTS)}
README = (DEPLOY / "README.md").read_text("utf-8")
HEALTHY = (DEPLOY / "healthy.py").read_text("utf-8")
IMAGE = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text("utf-8"))


def lines(instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} (.*)", IMAGE, re.M)


def settings() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in lines("ENV") for pair in shlex.split(line))


def container() -> dict[str, Any]:
    [found] = CLUSTER["Deployment"]["spec"]["template"]["spec"]["containers"]
    return found


# The image


def test_everything_that_is_copied_is_there_and_let_through():
    let_through = {
        line[1:]
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {line.split()[0] for line in lines("COPY")}
    assert copied == let_through
    assert all((ROOT / it).exists() for it in copied)


def test_the_settings_of_the_image_are_options_of_streamlit():
    options = {
        re.sub(r"[._]|(?<!^)(?=[A-Z])", "_", it).upper() for it in config.get_config_options()
    }
    asked = {it.removeprefix("STREAMLIT_") for it in settings() if it.startswith("STREAMLIT_")}
    assert asked
    assert asked <= options


def test_the_image_runs_the_dashboard_without_rights():
    [command] = re.findall(r"^CMD (.*)", IMAGE, re.M)
    assert json.loads(command) == ["streamlit", "run", "dashboard.py"]
    [user] = lines("USER")
    assert f"--uid 10001 {user}" in IMAGE
    assert "healthy.py --pages-once" in IMAGE


def test_the_image_holds_what_a_server_needs_and_no_tests(tmp_path: Path):
    [choosing] = re.findall(r"^RUN (grep .*?) &&", IMAGE, re.M)
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    subprocess.run(choosing, shell=True, check=True, cwd=tmp_path)
    served = (tmp_path / "served.txt").read_text("utf-8").splitlines()
    every = (tmp_path / "requirements.txt").read_text("utf-8").splitlines()
    left_out = {line.partition("=")[0] for line in every if line not in served}
    assert left_out == {"pytest", "pytest-xdist", "hypothesis"}
    assert "-r served.txt" in IMAGE


def test_models_are_where_the_image_looks_for_them_and_it_may_write_there():
    home = settings()["HF_HOME"]
    assert f"install -d -o reader {home}" in IMAGE
    assert COMPOSE["services"]["replica1"]["volumes"] == [f"hub:{home}"]
    assert "hub" in COMPOSE["volumes"]
    fills = re.findall(
        r"run --rm --no-deps -e HF_HUB_OFFLINE=0 (\w+) \\?\s*hf download (\S+)", README
    )
    assert fills
    assert all(name in COMPOSE["services"] and model in ALLOWED for name, model in fills)


def test_a_container_alone_is_open_to_its_own_machine_only():
    assert re.findall(r"^docker run .*-p (\S+)", README, re.M) == ["127.0.0.1:8501:8501"]


def test_the_first_page_is_run_once_for_each_start_of_a_container(tmp_path: Path):
    with echoing() as server:
        settings = {"STREAMLIT_SERVER_PORT": str(server.port), "TMPDIR": str(tmp_path)}
        check = [sys.executable, DEPLOY / "healthy.py", "--pages-once"]

        def checked() -> list[str]:
            before = len(server.asked)
            subprocess.run(check, check=True, env=os.environ | settings)
            return [path.removeprefix("/_stcore/") for path, _ in server.asked[before:]]

        assert checked() == ["script-health-check", "health"]
        assert checked() == ["health"]
        (tmp_path / "warm").write_text("of an earlier start")
        assert checked() == ["script-health-check", "health"]


# Two replicas


def test_the_proxy_knows_every_replica_and_waits_for_it():
    replicas = {name for name in COMPOSE["services"] if name.startswith("replica")}
    named = dict(re.findall(r"server (replica\d):(\d+)", NGINX))
    assert named.keys() == replicas
    assert set(named.values()) == set(lines("EXPOSE"))
    waits = COMPOSE["services"]["proxy"]["depends_on"]
    assert waits == {name: {"condition": "service_healthy"} for name in replicas}


def test_the_proxy_listens_where_compose_says_and_reads_our_file():
    proxy = COMPOSE["services"]["proxy"]
    [port] = re.findall(r"listen (\d+);", NGINX)
    assert proxy["ports"] == [f"8080:{port}"]
    [source, target, _] = proxy["volumes"][0].split(":")
    assert (DEPLOY / source).exists()
    assert target == "/etc/nginx/nginx.conf"


@pytest.mark.parametrize("name", ["replica1", "replica2", "proxy"])
def test_a_service_can_write_nowhere_but_to_what_goes_with_it(name: str):
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["restart"] == "unless-stopped"


def test_what_is_built_is_built_from_the_root():
    build = COMPOSE["services"]["replica1"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Dockerfile")


def test_the_proxy_takes_a_little_more_than_the_server_so_that_the_server_explains():
    [most] = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(most) == config.get_option("server.maxUploadSize") + 1


# A cluster


def test_the_manifests_name_each_other():
    kinds = {"Deployment", "Service", "PodDisruptionBudget", "HTTPRoute"}
    assert CLUSTER.keys() == kinds
    labels = CLUSTER["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert CLUSTER["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert CLUSTER["Service"]["spec"]["selector"] == labels
    assert CLUSTER["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    [port] = CLUSTER["Service"]["spec"]["ports"]
    [own] = container()["ports"]
    assert port["targetPort"] == own["name"]
    assert [str(own["containerPort"])] == lines("EXPOSE")
    rules = CLUSTER["HTTPRoute"]["spec"]["rules"]
    behind = [it for rule in rules for it in rule.get("backendRefs", ())]
    assert behind == [{"name": CLUSTER["Service"]["metadata"]["name"], "port": port["port"]}]


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_a_probe_runs_what_the_image_has_and_waits_longer_than_it(probe: str):
    said = container()[probe]
    python, file, *words = said["exec"]["command"]
    assert python == "python"
    assert file in {line.split()[0] for line in lines("COPY")}
    assert words in ([], ["--pages"])
    [(pages, health)] = re.findall(r'check": (\d+), "health": (\d+)', HEALTHY)
    assert said["timeoutSeconds"] > int(pages if words else health)


def test_a_pod_is_no_more_than_the_image_needs():
    pod = CLUSTER["Deployment"]["spec"]["template"]["spec"]
    assert f"--uid {pod['securityContext']['runAsUser']} " in IMAGE
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container()["securityContext"]["readOnlyRootFilesystem"] is True
    assert {it["mountPath"] for it in container()["volumeMounts"]} == {"/tmp"}
    mounted = {it["name"] for it in container()["volumeMounts"]}
    assert mounted == {it["name"] for it in pod["volumes"]}


def test_both_ways_send_the_same_headers():
    [guarded] = [it for it in CLUSTER["HTTPRoute"]["spec"]["rules"] if it.get("backendRefs")]
    sent = guarded["filters"][0]["responseHeaderModifier"]["set"]
    named = set(re.findall(r"add_header ([\w-]+)", NGINX)) - {"Set-Cookie"}
    assert {it["name"] for it in sent} == named
    for it in sent:
        value = re.escape(it["value"])
        assert re.search(rf"add_header {it['name']} \"?{value}\"? always;", NGINX), it["name"]


def test_both_ways_hide_what_operators_watch():
    hidden = set(re.findall(r"location (/_stcore/\S+) { return 404; }", NGINX))
    closed = [it for it in CLUSTER["HTTPRoute"]["spec"]["rules"] if "backendRefs" not in it]
    assert {it["path"]["value"] for rule in closed for it in rule["matches"]} == hidden
    # Without an answer of its own such a rule has to give 500.
    assert all(rule["filters"][0]["type"] == "RequestRedirect" for rule in closed)
