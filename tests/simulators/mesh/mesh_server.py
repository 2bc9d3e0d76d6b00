"""The real server, started as a process."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import requests

KEY = "a shared key for tests"
PASSWORD = "password"


@dataclass
class Server:
    """A running MESH server. `session` ignores the environment's proxies and CA bundles."""

    process: subprocess.Popen[str]
    url: str
    session: requests.Session

    def admin(self, method: str, path: str, **keywords: object) -> requests.Response:
        return self.session.request(method, f"{self.url}/admin/{path}", timeout=30, **keywords)  # type: ignore[arg-type]

    def stop(self) -> int:
        self.process.terminate()
        self.session.close()
        return self.process.wait(timeout=20)


def start_server(*options: str, **environ: str) -> Server:
    command = [sys.executable, "-m", "simulators.mesh", "--port", "0", *options]
    env = os.environ | {"MESH_SHARED_KEY": KEY} | environ
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    assert process.stdout
    line = process.stdout.readline()
    session = requests.Session()
    session.trust_env = False
    return Server(process, json.loads(line)["url"], session)
