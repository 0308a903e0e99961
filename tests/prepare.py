"""Brings in what the tests drive and Python packages do not hold: browsers, servers, an automatic refuser, a judge.

As root on Debian or Ubuntu it installs them; elsewhere it says what is missing, and those tests are skipped.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = {
    "chromium": "chromium",
    "chromium-headless-shell": "chromium-headless-shell",
    "firefox-esr": "firefox-esr",
    "goaccess": "goaccess",
    "nginx": "nginx-light",
    "npm": "npm",
}
"""Program → the Debian package that holds it."""

NPM = Path(__file__).parent.parent / "var" / "npm"
"""Where packages of the npm registry go that tests look at and that we neither ship nor need."""

PACKAGES = {
    "@duckduckgo/autoconsent": "16.23.0",  # the refuser of DuckDuckGo's browsers (MPL-2.0)
    "axe-core": "4.14.1",  # the judge of accessibility (MPL-2.0)
}
"""What comes from the npm registry, by name, in the version that the tests were written against."""


def missing() -> list[str]:
    """The packages whose program is not there."""
    return [package for program, package in PROGRAMS.items() if not shutil.which(program)]


def install(packages: list[str]) -> None:
    """Install Debian packages without asking."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)


def lacking() -> list[str]:
    """The packages of the npm registry that are not there in their version, as `name@version`."""

    def version(name: str) -> str:
        manifest = NPM / "node_modules" / name / "package.json"
        return str(json.loads(manifest.read_text("utf-8"))["version"]) if manifest.is_file() else ""

    return [f"{name}@{wanted}" for name, wanted in PACKAGES.items() if version(name) != wanted]


def bring(packages: list[str]) -> None:
    """Install packages of the npm registry."""
    print(f"installing {', '.join(packages)}", flush=True)
    NPM.mkdir(parents=True, exist_ok=True)
    options = ["--prefix", str(NPM), "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(["npm", "install", *options, *packages], check=False)


def main() -> int:
    """Install or report; the exit status is 1 only where CI would otherwise skip tests unseen."""
    packages = missing()
    if packages and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"installing {', '.join(packages)}", flush=True)
        install(packages)
        packages = missing()
    if lacking() and shutil.which("npm"):
        bring(lacking())
    packages += lacking()
    if packages:
        print(f"missing: {', '.join(packages)}; the tests that need them are skipped", file=sys.stderr)
    return 1 if packages and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
