"""A web session with what NHS England's MESH client needs of one, and no more.

requests prepares each request for what a machine's mailbox has no use for (cookies, redirects, proxies and passwords
found in the environment, hooks), and merges and checks for each what never changes. This session leaves that out;
connections, certificates and errors are those of requests' own adapters. The pipeline and the practices' collection
share it as they share the client, and a run moves its simulators by it: it is a library to all three, and knows none.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import requests
from mesh_client import MeshClient
from requests.structures import CaseInsensitiveDict


class LeanSession(requests.Session):
    """One server, one thread. Redirects are not followed, cookies not kept, the environment not asked."""

    def __init__(self, url: str, before: requests.Session) -> None:
        """For the server at `url`, with the headers, the proof of identity and the adapters of `before`."""
        super().__init__()
        self.trust_env = False
        self.headers, self.auth, self.verify = before.headers, before.auth, before.verify
        self.adapters = before.adapters
        self._adapter = self.get_adapter(url)

    def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        data: Any = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        stream: bool = False,
        **_: object,
    ) -> requests.Response:
        """Ask once. Raises requests' own errors, also where it is told to ask elsewhere."""
        wanted = requests.PreparedRequest()
        wanted.method = method
        wanted.url = f"{url}?{urlencode(params)}" if params else url
        wanted.headers = CaseInsensitiveDict({**self.headers, **(headers or {})})  # type: ignore[arg-type]
        wanted.prepare_body(data, None, json)
        if callable(self.auth):
            self.auth(wanted)
        response = self._adapter.send(wanted, stream=True, timeout=timeout, verify=self.verify)  # type: ignore[arg-type]
        if response.is_redirect:
            response.close()
            raise requests.TooManyRedirects("a redirect, which is not followed", response=response)
        if not stream:
            response.content  # noqa: B018 - read now, so that the connection can be used again
        return response


def lean(client: MeshClient) -> None:
    """Have a client of NHS England's ask by such a session from now on."""
    client._session = LeanSession(client._url, client._session)
