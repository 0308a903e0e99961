"""What is shipped works by itself: the wheel, in an environment that holds nothing else."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx2
import pytest

from tests.support.ports import free_ports, wait_until_listening

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).parent / "uv"

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that is built from the sdist."""
    if not UV.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("uv is missing beside the interpreter: run make test")
        pytest.skip("uv is missing beside the interpreter: run make test")
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([UV, "build", "--quiet", "--out-dir", out, ROOT], check=True)
    return out


def test_the_wheel_holds_the_package_and_its_data_only(built: Path) -> None:
    """Static files, texts, templates and the example site are in it; tests are not."""
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "consentkit/py.typed",
        "consentkit/static/banner.css",
        "consentkit/locales/nl.toml",
        "consentkit/consent/templates/banner.html",
        "consentkit/consent/ledger/schema.sql",
        "consentkit/consent/observed.sql",
        "consentkit/consent/declaration.schema.json",
        "consentkit/static/consent_mode.js",
        "consentkit/company_site/consentkit.toml",
        "consentkit/starter.toml",
        "consentkit/testing/probe.js",
        "consentkit/audit/notes.js",
        "consentkit/audit/words.toml",
        "consentkit/audit/report.schema.json",
        "consentkit/audit/templates/report.html",
        "consentkit/audit/templates/report.css",
        "consentkit/testing/steering.toml",
        "pytest_consentkit.py",
    ):
        assert wanted in names
    tops = {name.partition("/")[0] for name in names}
    assert {"consentkit", "pytest_consentkit.py"} == {top for top in tops if not top.endswith(".dist-info")}


def test_the_demo_runs_from_the_wheel_alone(built: Path, tmp_path: Path) -> None:
    """Installed without development dependencies, the demo serves its first page with the banner."""
    (wheel,) = built.glob("*.whl")
    environment = tmp_path / "environment"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, environment], check=True)
    python = environment / "bin" / "python"
    subprocess.run([UV, "pip", "install", "--quiet", "--python", python, wheel], check=True)
    port = free_ports()
    command = [environment / "bin" / "consentkit", "demo", "--port", str(port), "--data", tmp_path / "data"]
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "CONSENTKIT"))}
    with subprocess.Popen(command, cwd=tmp_path, env=clean, stdout=subprocess.PIPE, text=True) as demo:
        try:
            assert demo.stdout is not None
            printed = next(line for line in demo.stdout if "signed in" in line)
            wait_until_listening(port)
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True) as client:
                page = client.get("/")
                assert 200 == page.status_code
                assert 'id="consentkit"' in page.text
                stylesheet = re.search(r'href="(/consent/static/banner\.[0-9a-f]{10}\.css)"', page.text)
                assert stylesheet
                assert 200 == client.get(stylesheet[1]).status_code
                assert 200 == client.get(printed.split()[-1]).status_code
        finally:
            demo.terminate()
            demo.wait(timeout=20)
    shutil.rmtree(environment)
