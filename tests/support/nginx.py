"""A real nginx that caches whole pages in front of an app, as a company's full-page cache or CDN does."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import free_ports, wait_until_listening

CONFIGURATION = """
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_cache_path {folder}/cache keys_zone=pages:1m inactive=10m use_temp_path=off;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass {app};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_cache pages;
      proxy_cache_key $scheme$http_host$request_uri;
      proxy_cache_valid 200 404 10m;
      add_header X-Cache $upstream_cache_status always;
    }}
  }}
}}
"""
"""The key holds no cookie, as a full-page cache has it; what says nothing to caches is stored for ten minutes."""


def program() -> str:
    """Where nginx is; without it the test is skipped, in CI it fails."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        reason = "no nginx on this machine; `make test` as root on Debian or Ubuntu installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def caching(app: str, folder: Path) -> Iterator[str]:
    """The address, without a slash, of an nginx in front of the app at an address; it ends with the block."""
    port = free_ports()
    # As root nginx would let its workers be somebody who may not write into the folder.
    user = "user root;" if os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(user=user, folder=folder, port=port, app=app))
    command = [program(), "-p", str(folder), "-c", str(file), "-e", str(folder / "error.log"), "-g", "daemon off;"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_listening(port, 20)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def stored(folder: Path) -> list[bytes]:
    """What the cache holds: each file is a response, with its headers."""
    return [path.read_bytes() for path in (folder / "cache").rglob("*") if path.is_file()]
