"""Brings in what the tests drive and Python packages do not hold: a browser and a log analyser.

As root on Debian or Ubuntu it installs them; elsewhere it says what is missing, and those tests are skipped.
"""

import os
import shutil
import subprocess
import sys

PROGRAMS = {"chromium": "chromium", "goaccess": "goaccess"}
"""Program → the Debian package that holds it."""


def missing() -> list[str]:
    """The packages whose program is not there."""
    return [package for program, package in PROGRAMS.items() if not shutil.which(program)]


def install(packages: list[str]) -> None:
    """Install Debian packages without asking."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)


def main() -> int:
    """Install or report; the exit status is 1 only where CI would otherwise skip tests unseen."""
    packages = missing()
    if packages and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"installing {', '.join(packages)}", flush=True)
        install(packages)
        packages = missing()
    if packages:
        print(f"missing: {', '.join(packages)}; the tests that need them are skipped", file=sys.stderr)
    return 1 if packages and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
