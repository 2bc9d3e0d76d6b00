"""Settings: whatever is missing or wrong is one line that names it; secrets show nowhere."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pilot.errors import ConfigurationError
from pilot.pipeline.entry import Route
from pilot.pipeline.settings import (
    EXAMPLE,
    LIVE_HOSTS,
    PATH_TO_LIVE_HOSTS,
    Deadlines,
    MeshSettings,
    Source,
    load_settings,
)

SECRETS = {"PILOT_MESH_PASSWORD": "open-sesame", "PILOT_MESH_SHARED_KEY": "a-key-of-both"}

WHOLE: dict[str, dict[str, Any]] = {
    "office": {"ods": "KXX", "name": "KELDERBY"},
    "mesh": {"url": "https://mesh.example", "mailbox": "KXXOT001"},
    "coding": {"code_set": "interim-2026-11"},
    "routing": {"route": "coded", "fallback": "paper"},
    "sources": {},
    "deadlines": {},
}


def written(folder: Path, **changes: Any) -> Path:
    """pilot.toml with `section__name=value` changed; None leaves a setting out."""
    table = {section: dict(values) for section, values in WHOLE.items()}
    for key, value in changes.items():
        section, _, name = key.partition("__")
        table.setdefault(section, {})[name] = value
    lines = []
    for section, values in table.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {_toml(value)}" for name, value in values.items() if value is not None]
    path = folder / "pilot.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def secret_file(folder: Path, text: str = "from-a-file\n", mode: int = 0o600) -> Path:
    path = folder / "password.txt"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path), SECRETS)
    assert (settings.office.ods, settings.office.name) == ("KXX", "KELDERBY")
    assert (settings.mesh.url, settings.mesh.mailbox) == ("https://mesh.example", "KXXOT001")
    assert (settings.mesh.password, settings.mesh.shared_key) == tuple(SECRETS.values())
    assert (settings.routes, settings.fallback) == ((Route.CODED,), Route.PAPER)


def test_several_ways_may_be_named_in_order(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, routing__route=["coded", "itk3_document"]), SECRETS)
    assert settings.routes == (Route.CODED, Route.ITK3_DOCUMENT)


@pytest.mark.parametrize("setting", ["office__ods", "office__name", "mesh__url", "mesh__mailbox"])
@pytest.mark.parametrize("value", [None, "", "   ", 7])
def test_a_missing_value_is_named(tmp_path: Path, setting: str, value: Any) -> None:
    path = written(tmp_path, **{setting: value})
    assert _refusal(path).startswith(f"the setting {setting.replace('__', '.')} is missing: {path}. Add ")


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("mesh__url", "mesh.example", "is not an address"),
        ("mesh__url", "ftp://mesh.example", "is not an address"),
        ("mesh__url", "https://", "is not an address"),
        ("mesh__url", "https://[::1", "is not an address"),
        ("mesh__url", "https://mesh.example:eight", "is not an address"),
        ("mesh__url", "https://me:open-sesame@mesh.example", "holds a secret"),
        ("mesh__url", "http://mesh.example", "sends results unencrypted"),
        ("mesh__certificate", "nowhere.pem", "names no file"),
        ("mesh__key", "nowhere.pem", "names no file"),
        ("mesh__authority", "nowhere.pem", "names no file"),
        ("mesh__password_file", "nowhere.txt", "names no file"),
        ("mesh__password", "open-sesame", "is a secret in the open"),
        ("mesh__shared_key", "a-key-of-both", "is a secret in the open"),
        ("coding__code_set", None, "is missing"),
        ("routing__route", "pigeon", "is not a way to send"),
        ("routing__route", ["coded", "pigeon"], "is not a way to send"),
        ("routing__route", ["coded", "coded"], "is not a list of ways to send"),
        ("routing__route", [], "is not a list of ways to send"),
        ("routing__fallback", "pigeon", "is not a way to send"),
        ("routing__fallback", 7, "is not a way to send"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, setting: str, value: Any, says: str) -> None:
    environment = {} if setting.endswith("_file") else SECRETS
    line = _refusal(written(tmp_path, **{setting: value}), environment)
    assert line.startswith(f"the setting {setting.replace('__', '.')} {says}")
    assert "open-sesame" not in line
    assert "a-key-of-both" not in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("uncertain_minutes", 0),
        ("unreachable_hours", -3),
        ("collected_days", "six"),
        ("answered_days", True),
        ("answered_days", "nan"),
        ("collected_days", 1e300),
    ],
)
def test_a_deadline_that_is_none_is_named(tmp_path: Path, name: str, value: Any) -> None:
    path = written(tmp_path)
    path.write_text(
        f"{path.read_text('utf-8')}\n{name} = {value if value == 'nan' else _toml(value)}\n", "utf-8"
    )
    assert _refusal(path).startswith(f"'deadlines.{name}' is not a time")


def test_deadlines_come_with_their_unit_in_their_name(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path), SECRETS).deadlines == Deadlines()
    changed = load_settings(written(tmp_path, deadlines__unreachable_hours=1.5), SECRETS).deadlines
    assert changed == Deadlines(unreachable=timedelta(minutes=90))


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("mesh__certifcate", "the setting mesh.certifcate is unknown"),
        ("routing__fall_back", "the setting routing.fall_back is unknown"),
        ("office__colour", "the setting office.colour is unknown"),
        ("deadlines__answered_hours", "unknown key 'deadlines.answered_hours'"),
    ],
)
def test_a_slip_in_a_name_is_not_passed_over(tmp_path: Path, setting: str, says: str) -> None:
    assert _refusal(written(tmp_path, **{setting: "x"})).startswith(says)


def test_a_slip_in_a_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    assert _refusal(written(tmp_path, routing__fall_back="paper")).endswith(
        "Did you mean fallback? Put it right."
    )


@pytest.mark.parametrize("line", ["[ofice]", "deadline = 3", "[mesh-2]"])
def test_a_table_that_is_none_of_ours_is_named(tmp_path: Path, line: str) -> None:
    path = written(tmp_path)
    path.write_text(f"{line}\n{path.read_text('utf-8')}", "utf-8")
    assert "is unknown" in _refusal(path)


@pytest.mark.parametrize(("given", "lacking"), [("certificate", "key"), ("key", "certificate")])
def test_a_certificate_and_its_key_come_together(tmp_path: Path, given: str, lacking: str) -> None:
    (tmp_path / "one.pem").write_text("PEM", "utf-8")
    line = _refusal(written(tmp_path, **{f"mesh__{given}": "one.pem"}))
    assert line.startswith(f"the setting mesh.{lacking} is missing")


@pytest.mark.parametrize("secret", ["password", "shared_key"])
def test_a_missing_secret_is_named_with_where_it_may_be(tmp_path: Path, secret: str) -> None:
    variable = f"PILOT_MESH_{secret.upper()}"
    line = _refusal(written(tmp_path), {name: text for name, text in SECRETS.items() if name != variable})
    assert line.startswith(f"the setting mesh.{secret} is missing")
    assert variable in line
    assert f"{secret}_file" in line


def test_a_secret_may_come_from_a_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    secret_file(tmp_path)
    path = written(tmp_path, mesh__password_file="password.txt")
    key = {"PILOT_MESH_SHARED_KEY": "k"}
    assert load_settings(path, key).mesh.password == "from-a-file"
    assert load_settings(path, SECRETS).mesh.password == "open-sesame"  # the environment comes first


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    secret_file(tmp_path, mode=mode)
    line = _refusal(written(tmp_path, mesh__password_file="password.txt"), {"PILOT_MESH_SHARED_KEY": "k"})
    assert line.startswith("the setting mesh.password_file can be read by others")
    assert "from-a-file" not in line


@pytest.mark.parametrize("text", ["", "\n", "  \n"])
def test_an_empty_secret_is_none(tmp_path: Path, text: str) -> None:
    secret_file(tmp_path, text)
    line = _refusal(written(tmp_path, mesh__password_file="password.txt"), {"PILOT_MESH_SHARED_KEY": "k"})
    assert line.startswith("the setting mesh.password_file is empty")


def test_a_secret_that_is_no_text_is_refused(tmp_path: Path) -> None:
    secret_file(tmp_path).write_bytes(b"\xff\xfe\x00")
    line = _refusal(written(tmp_path, mesh__password_file="password.txt"), {"PILOT_MESH_SHARED_KEY": "k"})
    assert line.startswith("the setting mesh.password_file cannot be read")


def test_secrets_are_in_no_representation(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path), SECRETS)
    for shown in (repr(settings), str(settings), repr(settings.mesh), f"{settings.mesh}"):
        assert not any(secret in shown for secret in SECRETS.values())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[office\n", "the configuration is not TOML"),
        (b"\xff\xfe", "the configuration is not TOML"),
        (b"deep = " + b"[" * 3000 + b"]" * 3000, "the configuration is not TOML"),
        (b"huge = " + b"9" * 5000, "the configuration is not TOML"),
        (b"office = 3\n", "the setting office.ods is missing"),
        (b"", "the setting office.ods is missing"),
    ],
)
def test_a_file_that_is_no_configuration_is_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "pilot.toml"
    path.write_bytes(content)
    assert _refusal(path).startswith(says)


def test_deadlines_that_are_no_table_are_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text("deadlines = 3\n" + path.read_text("utf-8").replace("[deadlines]", ""), "utf-8")
    assert _refusal(path).startswith("'deadlines' is not a table")


def test_no_file_at_all_says_how_to_begin(tmp_path: Path) -> None:
    assert "pilot doctor --example" in _refusal(tmp_path / "pilot.toml")


def test_the_example_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "pilot.toml"
    path.write_text(EXAMPLE, "utf-8")
    for name in ("client.crt.pem", "client.key.pem"):
        (tmp_path / name).write_text("PEM", "utf-8")
    settings = load_settings(path, SECRETS)
    assert not settings.mesh.live
    assert settings.mesh.certificate == (tmp_path / "client.crt.pem").resolve()


@pytest.mark.parametrize("host", sorted(LIVE_HOSTS))
def test_the_live_service_is_known_by_its_address(host: str) -> None:
    for url in (
        f"https://{host}",
        f"https://{host}.",
        f"https://{host.upper()}.:443/",
        f"https://{host.upper()}:443/",
        f"https://someone@{host}/x",
    ):
        assert MeshSettings(url, "M", "p", "k").live, url


@pytest.mark.parametrize("host", [*sorted(PATH_TO_LIVE_HOSTS), "127.0.0.1", "mesh.example"])
def test_anything_else_is_not_live(host: str) -> None:
    assert not MeshSettings(f"https://{host}", "M", "p", "k").live


def _refusal(path: Path, environment: dict[str, str] = SECRETS) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load_settings(path, environment)
    line = str(refused.value)
    assert "\n" not in line
    return line


@pytest.mark.parametrize(("value", "says"), [([], frozenset()), (["letters", "subjects"], frozenset(Source))])
def test_what_is_expected_is_a_list_of_sources(
    tmp_path: Path, value: list[str], says: frozenset[Source]
) -> None:
    assert load_settings(written(tmp_path, sources__expected=value), SECRETS).expected == says


@pytest.mark.parametrize("value", ["letters", ["letter"], [1]])
def test_what_is_expected_and_is_no_source_is_named(tmp_path: Path, value: Any) -> None:
    assert "sources.expected names something else" in _refusal(written(tmp_path, sources__expected=value))


def test_practices_that_join_on_a_day_are_not_sent_messages_before_it(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, joins_on__A81001=date(2027, 1, 11)), SECRETS)
    assert settings.not_yet(date(2027, 1, 10)) == {"A81001"}
    assert settings.not_yet(date(2027, 1, 11)) == frozenset()


@pytest.mark.parametrize("value", ["soon", 20270111])
def test_a_day_that_is_none_is_named(tmp_path: Path, value: Any) -> None:
    assert "joins_on.A81001 is not a date" in _refusal(written(tmp_path, joins_on__A81001=value))
