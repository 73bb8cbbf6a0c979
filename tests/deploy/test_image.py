"""The image's recipe: linted, and its build stage run step by step in folders of its own.

There is no container engine where the tests run. What a build does beyond this, pulling the base image and laying
layers, is not shown here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.deploy.tools import DEPLOY, FROM_LOCK, ROOT, run, succeeds, tool

DOCKERFILE = DEPLOY / "Dockerfile"
ALONE = {"PYTHONPATH": ""}
LOCKS = (DEPLOY / "runtime.lock", DEPLOY / "build.lock")


def stages() -> list[list[tuple[str, str]]]:
    """Return each stage's instructions in order, as (instruction, arguments)."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    found: list[list[tuple[str, str]]] = []
    for line in filter(None, map(str.strip, lines)):
        instruction, _, arguments = line.partition(" ")
        if instruction == "FROM":
            found.append([])
        found[-1].append((instruction, arguments))
    return found


def pins(path: Path) -> set[str]:
    return {line.split(";")[0].strip(" \\") for line in path.read_text().splitlines() if re.match(r"^[a-z0-9]", line)}


def test_the_recipe_is_fine_to_the_linter() -> None:
    succeeds(run(tool("hadolint", FROM_LOCK), "--failure-threshold", "info", DOCKERFILE))


def test_the_image_runs_as_nobody_and_holds_nothing_but_the_built_environment() -> None:
    build, final = stages()
    assert ("USER", "10001:10001") in final
    assert [arguments for instruction, arguments in final if instruction in ("COPY", "ADD")] == [
        "--from=build /opt/sitrep /opt/sitrep"
    ]
    [base] = {
        arguments.split()[0] for stage in (build, final) for instruction, arguments in stage if instruction == "FROM"
    }
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base), "an exact version"


def test_the_image_s_pins_are_the_project_s_pins() -> None:
    everything = pins(ROOT / "requirements.lock")
    for path in LOCKS:
        assert pins(path) <= everything, f"{path.name} is not up to date: run make lock"


def test_the_image_has_what_the_project_needs_and_no_tools_of_development() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = {pin.split("==")[0] for pin in pins(LOCKS[0])}

    def named(requirement: str) -> str:
        return re.split(r"[<>=~! \[;]", requirement)[0].lower().replace("_", "-")

    assert {named(requirement) for requirement in project["project"]["dependencies"]} <= names
    assert not names & {"pytest", "mypy", "ruff", "hypothesis", "hatchling", "grafana-foundation-sdk"}
    [backend] = project["build-system"]["requires"]
    assert named(backend) in {pin.split("==")[0] for pin in pins(LOCKS[1])}


def test_every_pin_has_its_hash() -> None:
    for path in LOCKS:
        requirements = re.split(r"\n(?=\S)", path.read_text().strip())
        assert all("--hash=sha256:" in requirement for requirement in requirements)


def copy(arguments: str, workdir: Path) -> None:
    """What COPY does: only files that are committed, so that nothing of the developer's folder helps the build."""
    *sources, target = arguments.split()
    for source in sources:
        listed = subprocess.run(["git", "ls-files", source], cwd=ROOT, capture_output=True, text=True, check=True)
        for name in listed.stdout.splitlines():
            if name.startswith("streams/reference/sources/") or not (ROOT / name).is_file():
                continue
            into = workdir / (Path(name).name if target == "./" else Path(target) / Path(name).relative_to(source))
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, into)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that stands for ``/opt/sitrep`` after the build stage's commands have run."""
    root = tmp_path_factory.mktemp("image")
    workdir = root / "build"
    workdir.mkdir()
    environment = {"PYTHONPATH": "", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    for instruction, arguments in stages()[0]:
        if instruction == "COPY":
            copy(arguments, workdir)
        elif instruction == "RUN":
            command = arguments.replace("/opt/", f"{root}/opt/")
            succeeds(run("sh", "-euc", command, cwd=workdir, env=environment, seconds=600))
    return root / "opt" / "sitrep"


def test_the_build_stage_s_commands_make_a_working_sitrep(built: Path) -> None:
    command = built / "bin" / "sitrep"
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    # From another folder, so that nothing is imported from the repository.
    assert succeeds(run(command, "--version", cwd=built, env=ALONE)).strip() == f"sitrep {version}"
    assert "sitrep.reports" in succeeds(run(command, "schema", "--json", cwd=built, env=ALONE))


def test_the_built_worker_finds_its_tables_and_its_rules(built: Path) -> None:
    report = ROOT / "seeds" / "founding_case.jsonl"
    counters = succeeds(run(built / "bin" / "sitrep", "replay", report, cwd=built, env=ALONE))
    assert "UA-" in counters
    rules = "from streams.settings import rules_file as f; print(f.load_rules(f.default_rules()) is not None)"
    assert succeeds(run(built / "bin" / "python", "-c", rules, cwd=built, env=ALONE)).strip() == "True"


def test_nothing_of_pip_or_of_development_is_left_in_the_built_environment(built: Path) -> None:
    present = {path.name.lower() for path in built.glob("lib/python3.*/site-packages/*")}
    assert "streams" in present
    assert not present & {"pip", "pytest", "mypy", "ruff", "hatchling"}
    assert not (built / "bin" / "pip").exists()
