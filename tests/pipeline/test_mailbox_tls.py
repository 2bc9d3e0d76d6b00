"""Mutual TLS: who MESH is and who we are is proved by certificates, and nothing is sent where it is not."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests.adapters

from pilot.errors import ConfigurationError, MeshUnreachable
from pilot.pipeline.mailbox import Accepted, Mailbox
from tests.pipeline.certificates import Authority
from tests.pipeline.mesh_process import PRACTICE, MeshProcess, mesh_process

RESULT = "BREAST_SCREENING_RESULT"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder, "authority")


@pytest.fixture(scope="module")
def stranger(folder: Path) -> Authority:
    """Another authority, of which MESH and the office know nothing."""
    return Authority(folder, "stranger")


@pytest.fixture(scope="module")
def mesh(folder: Path, authority: Authority) -> Iterator[MeshProcess]:
    server, client = authority.signs("server"), authority.signs("client")
    options = ["--tls-cert", str(server.certificate), "--tls-key", str(server.key)]
    options += ["--client-ca", str(authority.file)]
    with mesh_process(
        folder, *options, certificate=client.certificate, key=client.key, ca=authority.file
    ) as running:
        yield running


def test_both_sides_prove_themselves(mesh: MeshProcess) -> None:
    assert mesh.settings.url.startswith("https://")
    with Mailbox(mesh.settings) as office:
        office.handshake()
        assert isinstance(office.send(PRACTICE, RESULT, b"{}", "an-id", "application/fhir+json"), Accepted)


def test_a_server_of_another_authority_is_refused(mesh: MeshProcess, stranger: Authority) -> None:
    with Mailbox(replace(mesh.settings, authority=stranger.file)) as office:
        with pytest.raises(MeshUnreachable, match="certificates"):
            office.handshake()
        sent = office.send(PRACTICE, RESULT, b"{}", "never-sent", "application/fhir+json")
        assert not isinstance(sent, Accepted)


def test_the_named_authority_counts_alone_and_not_the_webs_beside_it(
    mesh: MeshProcess, authority: Authority, stranger: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(authority.file))
    with Mailbox(replace(mesh.settings, authority=stranger.file)) as office, pytest.raises(MeshUnreachable):
        office.handshake()


def test_without_an_authority_the_webs_own_decide(mesh: MeshProcess) -> None:
    with Mailbox(replace(mesh.settings, authority=None)) as office, pytest.raises(MeshUnreachable):
        office.handshake()


def test_no_variable_of_the_environment_lets_another_server_in(
    mesh: MeshProcess, authority: Authority, stranger: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(authority.file))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with Mailbox(replace(mesh.settings, authority=stranger.file)) as office, pytest.raises(MeshUnreachable):
        office.handshake()
    with Mailbox(mesh.settings) as office:
        office.handshake()  # and no proxy of the web at large is asked


def test_a_client_without_a_certificate_of_theirs_is_turned_away(
    mesh: MeshProcess, stranger: Authority
) -> None:
    other = stranger.signs("other")
    for certificate, key in ((None, None), (other.certificate, other.key)):
        with (
            Mailbox(replace(mesh.settings, certificate=certificate, key=key)) as office,
            pytest.raises(MeshUnreachable),
        ):
            office.handshake()


def test_an_expired_certificate_is_turned_away(mesh: MeshProcess, authority: Authority) -> None:
    old = authority.signs("old", until=datetime.now(UTC) - timedelta(days=1))
    with (
        Mailbox(replace(mesh.settings, certificate=old.certificate, key=old.key)) as office,
        pytest.raises(MeshUnreachable),
    ):
        office.handshake()


# The client warns where it could not be made.
@pytest.mark.filterwarnings("ignore:The API of MeshClient")
def test_a_file_that_is_no_certificate_is_named_in_one_line(mesh: MeshProcess, folder: Path) -> None:
    junk = folder / "junk.pem"
    junk.write_text("not a certificate", "utf-8")
    right = mesh.settings
    for wrong in (replace(right, certificate=junk), replace(right, key=junk), replace(right, authority=junk)):
        with Mailbox(wrong) as office:
            with pytest.raises(ConfigurationError, match=r"junk\.pem") as refused:
                office.handshake()
            assert "\n" not in str(refused.value)
    del refused
    gc.collect()  # so that the client's warning comes here, where it is expected
