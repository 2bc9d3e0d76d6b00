"""TLS: the server's own certificate and, where asked for, clients' certificates."""

import ssl
from pathlib import Path

from simulators.mesh.errors import UsageError


def server_context(cert: Path, key: Path, client_ca: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or later. With `client_ca`, a client without a certificate from it is turned away.

    Raises UsageError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key)
    except OSError as error:
        raise UsageError(f"{cert} and {key} are no PEM certificate and its key ({error})") from error
    if client_ca:
        try:
            context.load_verify_locations(client_ca)
        except OSError as error:
            raise UsageError(f"{client_ca} is no PEM file of CA certificates ({error})") from error
        context.verify_mode = ssl.CERT_REQUIRED
    return context
