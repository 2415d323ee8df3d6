"""What operators are given fits together and fits the app: no Docker or cluster is needed."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from streamlit import config

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / ".deploy"
NGINX = (DEPLOY / "nginx.conf").read_text("utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
MANIFESTS = (DEPLOY / "kubernetes.yaml").read_text("utf-8")
CLUSTER = {it["kind"]: it for it in yaml.safe_load_all(MANIFESTS)}
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
    assert "healthy.py --pages" in IMAGE


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
    behind = [it for rule in rules for it in rule["backendRefs"]]
    assert behind == [{"name": CLUSTER["Service"]["metadata"]["name"], "port": port["port"]}]


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_a_probe_runs_what_the_image_has_and_waits_longer_than_it(probe: str):
    said = container()[probe]
    python, file, *words = said["exec"]["command"]
    assert python == "python"
    assert file in {line.split()[0] for line in lines("COPY")}
    assert words in ([], ["--pages"])
    [(pages, health)] = re.findall(r'check", (\d+)\).*"health", (\d+)\)', HEALTHY, re.S)
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
    [guarded] = [it for it in CLUSTER["HTTPRoute"]["spec"]["rules"] if it.get("filters")]
    sent = guarded["filters"][0]["responseHeaderModifier"]["set"]
    for it in sent:
        value = re.escape(it["value"])
        assert re.search(rf"add_header {it['name']} \"?{value}\"? always;", NGINX), it["name"]


def test_both_ways_hide_what_operators_watch():
    hidden = set(re.findall(r"location (/_stcore/\S+) { return 404; }", NGINX))
    closed = [it for it in CLUSTER["HTTPRoute"]["spec"]["rules"] if not it["backendRefs"]]
    assert {it["path"]["value"] for rule in closed for it in rule["matches"]} == hidden
