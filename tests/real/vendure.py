"""A real Vendure on this machine: installed from npm, started on loopback, and spoken to through its own two APIs."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from backoffice.demo import processes
from backoffice.demo.server import HOST, free_port

PACKAGES = ("@vendure/core@3.7.3", "sql.js@1.16.0")
NODE_MAJOR = 20
START_SECONDS = 120
INSTALL_SECONDS = 600
SERVER = Path(__file__).with_name("vendure_server.js")
ADMIN, SHOP = "admin-api", "shop-api"


class Missing(Exception):
    """Something that this needs is not on the machine; the text says what to install."""


class Wrong(Exception):
    """The shop, or the product, did not do what it should; the text says what."""


def require_node(what: str = "Vendure") -> str:
    """The version of Node. Raises Missing unless Node and npm are there."""
    wanted = f"Install Node {NODE_MAJOR} or later with npm (Debian, Ubuntu: apt-get install nodejs npm), then run this again."
    if not shutil.which("node") or not shutil.which("npm"):
        raise Missing(f"A real {what} needs Node and npm, and one of them is not here. {wanted}")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < NODE_MAJOR:
        raise Missing(f"This is Node {version}. {wanted}")
    return version


def install(folder: Path, packages: tuple[str, ...] = PACKAGES) -> bool:
    """Install the packages by their names; False where they are there already. Scripts of packages are not run."""
    installed = folder / "installed.json"
    if installed.is_file() and json.loads(installed.read_text()) == list(packages):
        return False
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    (folder / "package.json").write_text('{"private": true}\n')
    command = ["npm", "install", "--ignore-scripts", "--package-lock=false", "--no-audit", "--no-fund", *packages]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    if answer.returncode:
        raise Missing(f"npm could not install {' and '.join(packages)}:\n{answer.stderr[-2000:]}")
    installed.write_text(json.dumps(packages))
    return True


class Vendure:
    """One shop with an empty database, ended by `stop`."""

    def __init__(self, folder: Path, password: str) -> None:
        self.folder, self.password = folder, password
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.log = folder / "vendure.log"

    def __enter__(self) -> Self:
        (self.folder / "shop.sqlite").unlink(missing_ok=True)
        environment = {
            **os.environ,
            "VENDURE_PORT": str(self.port),
            "VENDURE_FOLDER": str(self.folder),
            "VENDURE_PASSWORD": self.password,
            "VENDURE_DISABLE_TELEMETRY": "true",
            "NODE_PATH": str(self.folder / "node_modules"),
        }
        with self.log.open("wb") as output:
            self._process = processes.spawn(
                ["node", str(SERVER)], output=output, environment=environment, folder=self.folder
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                processes.end(self._process)
                raise Wrong(f"Vendure did not start:\n{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.2)
        return self

    def __exit__(self, *_: object) -> None:
        processes.end(self._process)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                return True
        except OSError:
            return False


class Session:
    """Calls to one of the shop's APIs as one visitor, who keeps the token that the shop gives out."""

    def __init__(self, vendure: Vendure, api: str, channel: str = "") -> None:
        self._url = f"{vendure.url}/{api}"
        self._headers = {"content-type": "application/json"}
        if channel:
            self._headers["vendure-token"] = channel

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The one field that the query asks for. Raises Wrong for an error, whether of GraphQL or as the result."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self._url, body, self._headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found, token = json.load(answer), answer.headers.get("vendure-auth-token")
        except urllib.error.HTTPError as error:
            raise Wrong(f"Vendure answered {error.code}: {error.read()[:500].decode(errors='replace')}") from error
        if found.get("errors"):
            raise Wrong(f"Vendure refused: {found['errors'][0]['message']}\n{query}")
        if token:
            self._headers["authorization"] = f"Bearer {token}"
        result = next(iter(found["data"].values()))
        if isinstance(result, Mapping) and result.get("errorCode"):
            raise Wrong(f"Vendure refused: {result['errorCode']} {result.get('message', '')}\n{query}")
        return result  # type: ignore[no-any-return]
