"""What docs/deploy/ and the container's files name, held against the code: settings, commands, addresses, times."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot
from bot import cli, web
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
DEFAULTS = Settings()
SETTINGS = {name.upper() for name in Settings.model_fields}
OTHERS = {"MPLCONFIGDIR"}  # matplotlib's
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
IMAGE_USER = int(re.findall(r"useradd --uid (\d+)", DOCKERFILE)[0])
UNIT, COMPOSE, REPLICAS, KUBERNETES = (
    ROOT / name
    for name in (
        "docs/deploy/parley.service",
        "docs/deploy/compose.yaml",
        "compose.yaml",
        "docs/deploy/kubernetes.yaml",
    )
)


def service() -> dict[str, list[str]]:
    """Read the unit: each of its keys with all its values, as systemd lets a key be repeated."""
    read: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE):
        read.setdefault(key, []).append(value)
    return read


def kubernetes() -> dict[str, Any]:
    """Read the objects, by their kind."""
    return {each["kind"]: each for each in yaml.safe_load_all(KUBERNETES.read_text(encoding="utf-8"))}


def pod() -> Any:
    return kubernetes()["Deployment"]["spec"]["template"]["spec"]


def compose(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))["services"]["parley"]


def seconds(told: str) -> float:
    return float(told.removesuffix("s"))


def environments() -> dict[str, set[str]]:
    """Return the names of the variables that each file sets."""
    (container,) = pod()["containers"]
    return {
        "unit": {each.partition("=")[0] for each in service()["Environment"]},
        "compose": set(compose(COMPOSE)["environment"]),
        "replicas": set(compose(REPLICAS)["environment"]),
        "kubernetes": {each["name"] for each in container["env"]},
        "image": set(re.findall(r"(?:^ENV|^   ) ([A-Z_]+)=", DOCKERFILE, re.MULTILINE)) - {"PATH"},
    }


@pytest.mark.parametrize(("place", "names"), environments().items(), ids=environments())
def test_only_known_settings_are_set(place: str, names: set[str]) -> None:
    assert names, place
    assert {name for name in names if not name.startswith("PYTHON")} <= SETTINGS | OTHERS


def test_each_way_runs_a_command() -> None:
    (unit,) = service()["ExecStart"]
    (container,) = pod()["containers"]
    (image,) = re.findall(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    ran = [unit.split()[1:], container["args"], yaml.safe_load(image)]

    assert unit.split()[0] == "/opt/parley/bin/parley"
    assert [vars(cli.parser().parse_args(arguments))["migrate"] for arguments in ran] == [True, True, True]


async def test_probes_ask_what_is_served() -> None:
    async def figures() -> bytes:
        return b""

    served = {each.canonical for each in web.application(web.Readiness({}), None, figures).router.resources()}
    (container,) = pod()["containers"]
    probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]

    assert {probe["path"] for probe in probes} == {"/healthz"} <= served
    assert re.findall(r"'GET', '(/\w+)'", DOCKERFILE) == ["/healthz"]


def test_ports_are_the_default_one() -> None:
    (container,) = pod()["containers"]
    (port,) = container["ports"]
    (offered,) = kubernetes()["Service"]["spec"]["ports"]

    assert port["containerPort"] == DEFAULTS.port
    assert {
        offered["targetPort"],
        *(container[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "liveness")),
    } == {port["name"]}
    assert compose(COMPOSE)["ports"] == [f"127.0.0.1:{DEFAULTS.port}:{DEFAULTS.port}"]
    assert f"EXPOSE {DEFAULTS.port}\n" in DOCKERFILE


def test_a_stop_outlasts_the_grace() -> None:
    (unit,) = service()["TimeoutStopSec"]
    graces = [
        seconds(unit),
        seconds(compose(COMPOSE)["stop_grace_period"]),
        seconds(compose(REPLICAS)["stop_grace_period"]),
        float(pod()["terminationGracePeriodSeconds"]),
    ]
    assert min(graces) >= DEFAULTS.shutdown_grace + 10


def test_containers_run_as_the_images_user() -> None:
    assert pod()["securityContext"]["runAsUser"] == IMAGE_USER
    assert f"USER {IMAGE_USER}\n" in DOCKERFILE


def test_sqlite_lies_on_the_volume() -> None:
    (volume,) = re.findall(r"^VOLUME (.+)$", DOCKERFILE, re.MULTILINE)

    assert compose(COMPOSE)["volumes"] == [f"parley:{volume}"]
    assert compose(COMPOSE)["environment"]["DATABASE_URL"].startswith(f"sqlite:///{volume}/")
    assert service()["WorkingDirectory"] == [f"/var/lib/{service()['StateDirectory'][0]}"]


def test_kubernetes_objects_find_each_other() -> None:
    deployment, found = kubernetes()["Deployment"]["spec"], kubernetes()
    labels = deployment["template"]["metadata"]["labels"]
    selectors = [
        deployment["selector"]["matchLabels"],
        found["Service"]["spec"]["selector"],
        found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
    ]
    assert selectors == [labels] * 3
    assert deployment["replicas"] == 2
    assert set(re.findall(r"/parley:(\S+)", KUBERNETES.read_text(encoding="utf-8"))) == {bot.__version__}
