"""Brings in what the tests drive and Python packages do not hold: a browser, a log analyser, an automatic refuser.

As root on Debian or Ubuntu it installs them; elsewhere it says what is missing, and those tests are skipped.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = {"chromium": "chromium", "goaccess": "goaccess", "npm": "npm"}
"""Program → the Debian package that holds it."""

NPM = Path(__file__).parent.parent / "var" / "npm"
"""Where packages of the npm registry go that tests look at and that we neither ship nor need."""

AUTOCONSENT = ("@duckduckgo/autoconsent", "16.23.0")
"""The refuser of DuckDuckGo's browsers (MPL-2.0), pinned, and its version."""


def missing() -> list[str]:
    """The packages whose program is not there."""
    return [package for program, package in PROGRAMS.items() if not shutil.which(program)]


def install(packages: list[str]) -> None:
    """Install Debian packages without asking."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)


def has_autoconsent() -> bool:
    """Whether the pinned version is there already."""
    name, version = AUTOCONSENT
    manifest = NPM / "node_modules" / name / "package.json"
    return manifest.is_file() and json.loads(manifest.read_text("utf-8"))["version"] == version


def bring_autoconsent() -> bool:
    """Install the refuser with npm unless it is there; whether it is there now."""
    if not has_autoconsent() and shutil.which("npm"):
        print("installing autoconsent", flush=True)
        NPM.mkdir(parents=True, exist_ok=True)
        options = ["--prefix", str(NPM), "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(["npm", "install", *options, "@".join(AUTOCONSENT)], check=False)
    return has_autoconsent()


def main() -> int:
    """Install or report; the exit status is 1 only where CI would otherwise skip tests unseen."""
    packages = missing()
    if packages and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"installing {', '.join(packages)}", flush=True)
        install(packages)
        packages = missing()
    if not bring_autoconsent():
        packages = [*packages, AUTOCONSENT[0]]
    if packages:
        print(f"missing: {', '.join(packages)}; the tests that need them are skipped", file=sys.stderr)
    return 1 if packages and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
