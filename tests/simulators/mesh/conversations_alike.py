"""Conversations that mesh-sandbox and this server hold the same way."""

import gzip
from typing import Any

from tests.simulators.mesh.mesh_server import RECIPIENT, SENDER, V1, V2, token
from tests.simulators.mesh.talk import Talk, case

_CLIENT: Any = {"mex_ClientVersion": "a==1", "mex_OSName": "Linux", "mex_OSVersion": "6"}


@case("handshake")
def _(talk: Talk) -> None:
    for method in ("GET", "POST"):
        for accept in (V1, V2):
            talk.say(SENDER, method, "", accept=accept, **_CLIENT)
    talk.say(SENDER, "POST", "", mex_OSName="Linux")
    talk.say(SENDER, "POST", "/update")


@case("tokens-wrong")
def _(talk: Talk) -> None:
    for auth in (
        "",
        "NHSMESH",
        "Basic eA==",
        token(SENDER, key="k"),
        token(RECIPIENT),
        token("NOBODY"),
        "NHSMESH a:b:c",
    ):
        for accept in (V1, V2):
            talk.say(SENDER, "GET", "/inbox", accept=accept, Authorization=auth)
    talk.say("NOBODY", "GET", "/inbox")


@case("token-twice")
def _(talk: Talk) -> None:
    auth = token(SENDER)
    talk.say(SENDER, "GET", "/inbox", Authorization=auth)
    talk.say(SENDER, "GET", "/inbox", Authorization=auth)


@case("token-old")
def _(talk: Talk) -> None:
    talk.say(SENDER, "GET", "/inbox", Authorization=token(SENDER, timestamp="201511201038"))


@case("send-collect-acknowledge")
def _(talk: Talk) -> None:
    for accept in (V1, V2):
        talk.send(accept=accept, Mex_LocalID="mine", Mex_Subject="s", Mex_FileName="a.txt", Mex_PartnerID="p")
        talk.say(RECIPIENT, "GET", "/inbox", accept=accept)
    for accept in (V1, V2):
        talk.say(RECIPIENT, "GET", "/inbox/<1>", accept=accept)
        talk.say(RECIPIENT, "GET", "/inbox/<2>/1", accept=accept)
    talk.say(RECIPIENT, "HEAD", "/inbox/<1>")
    talk.say(SENDER, "HEAD", "/inbox/<1>")
    talk.say(RECIPIENT, "PUT", "/inbox/<1>/status/acknowledged", accept=V1)
    talk.say(RECIPIENT, "PUT", "/inbox/<2>/status/acknowledged", accept=V2)
    talk.say(RECIPIENT, "PUT", "/inbox/<2>/status/acknowledged", accept=V2)
    talk.say(RECIPIENT, "GET", "/inbox")


@case("flags-and-types")
def _(talk: Talk) -> None:
    talk.send(
        Content_Type="application/fhir+json",
        Mex_FileName="a",
        Mex_Content_Compressed="Y",
        Mex_Content_Encrypted="true",
    )
    talk.send(
        Content_Type="text/plain",
        Mex_FileName="a",
        Mex_Content_Type="application/xml",
        Mex_Content_Checksum="ab:cd/1-2",
    )
    talk.send(Mex_FileName="a", Mex_Content_Compressed="N", Mex_Content_Encrypted="no")
    for accept in (V1, V2):
        for n in (1, 2, 3):
            talk.say(RECIPIENT, "GET", f"/inbox/<{n}>", accept=accept)


@case("gzip")
def _(talk: Talk) -> None:
    talk.send(gzip.compress(b"plain", mtime=0), Content_Encoding="gzip", Mex_FileName="a")
    talk.send(b"plain", Mex_FileName="a")
    for accept in (V1, V2):
        for takes in ("identity", "gzip"):
            for n in (1, 2):
                talk.say(RECIPIENT, "GET", f"/inbox/<{n}>", accept=accept, Accept_Encoding=takes)


@case("chunks")
def _(talk: Talk) -> None:
    talk.send(b"one", Mex_Chunk_Range="1:3", Mex_FileName="a")
    talk.say(RECIPIENT, "GET", "/inbox")
    talk.say(SENDER, "POST", "/outbox/<1>/2", b"two", V1, Mex_Chunk_Range="2:3")
    talk.say(SENDER, "POST", "/outbox/<1>/3", b"three", V1, Mex_Chunk_Range="3:3")
    talk.say(SENDER, "POST", "/outbox/<1>/3", b"three", V1, Mex_Chunk_Range="3:3")
    talk.say(RECIPIENT, "GET", "/inbox")
    for path in ("", "/1", "/2", "/3", "/4", "/0", "/x"):
        talk.say(RECIPIENT, "GET", f"/inbox/<1>{path}")


@case("chunk-headers-wrong")
def _(talk: Talk) -> None:
    for text in ("2:2", "0:1", "1:0", "one:two", "1:2:3", "1", "-1:1"):
        talk.send(Mex_Chunk_Range=text)
    talk.send(b"one", Mex_Chunk_Range="1:2", Mex_FileName="a")
    talk.say(SENDER, "POST", "/outbox/<1>/2", b"two", V1)
    talk.say(SENDER, "POST", "/outbox/<1>/2", b"two", V1, Mex_Chunk_Range="1:2")
    talk.say(SENDER, "POST", "/outbox/<1>/2", b"two", V1, Mex_Chunk_Range="2:2", Content_Encoding="gzip")
    talk.say(RECIPIENT, "POST", "/outbox/<1>/2", b"two", V1, Mex_Chunk_Range="2:2")


@case("refusals")
def _(talk: Talk) -> None:
    for accept in (V1, V2):
        talk.send(accept=accept, Mex_To="NOBODY")
        talk.send(accept=accept, Mex_To="")
        talk.send(b"", accept=accept)
        talk.send(accept=accept, Mex_To="http://elsewhere.example")
        talk.send(accept=accept, Mex_WorkflowID="https://elsewhere.example")
        talk.send(accept=accept, Mex_Subject="x" * 501)
        talk.send(accept=accept, Mex_LocalID="x" * 301)
        talk.send(accept=accept, Mex_To="x" * 101)
        talk.send(accept=accept, Mex_Content_Checksum="x" * 101)


@case("collecting-nothing")
def _(talk: Talk) -> None:
    for method, path in (
        ("GET", "/NONE"),
        ("HEAD", "/NONE"),
        ("GET", "/NONE/2"),
        ("PUT", "/NONE/status/acknowledged"),
    ):
        talk.say(RECIPIENT, method, f"/inbox{path}")


@case("paging")
def _(talk: Talk) -> None:
    for _ in range(23):
        talk.send(Mex_FileName="a")
    path = "/inbox?max_results=10"
    while path:
        reply = talk.say(RECIPIENT, "GET", path).json()
        path = reply["links"].get("next", "").removeprefix(f"/messageexchange/{RECIPIENT}")
    talk.say(RECIPIENT, "GET", "/inbox?max_results=10", accept=V1)
    for query in (
        "max_results=9",
        "max_results=5001",
        "max_results=x",
        "continue_from=short",
        "workflow_filter=x",
    ):
        talk.say(RECIPIENT, "GET", f"/inbox?{query}")


@case("workflow-filter")
def _(talk: Talk) -> None:
    for workflow in ("TEST_WORKFLOW", "TEST_WORKFLOW2", "TEST_WORKFLOW"):
        talk.send(Mex_WorkflowID=workflow, Mex_FileName="a")
    for text in (
        "TEST_WORKFLOW",
        "!TEST_WORKFLOW",
        "TEST*",
        "!TEST*",
        "*FLOW2*",
        "!*FLOW2*",
        "*NOT*",
        "!*NOT*",
        "NO",
    ):
        talk.say(RECIPIENT, "GET", f"/inbox?workflow_filter={text}")


@case("tracking")
def _(talk: Talk) -> None:
    talk.send(Mex_LocalID="mine", Mex_FileName="a", Mex_Subject="s")
    for _ in range(2):
        talk.say(SENDER, "GET", "/outbox/tracking/mine").json()
        talk.say(SENDER, "GET", "/outbox/tracking?messageID=<1>", accept=V1)
        talk.say(SENDER, "GET", "/outbox/tracking?messageID=<1>", accept=V2)
        talk.say(RECIPIENT, "PUT", "/inbox/<1>/status/acknowledged")
    without_status_time(talk)


def without_status_time(talk: Talk) -> None:
    """The time a status was reached is told here alone: see track-status-time."""
    for _, _, body in talk.transcript:
        if isinstance(body, dict):
            body.pop("statusTimestamp", None)
            body.pop("status_timestamp", None)


@case("count")
def _(talk: Talk) -> None:
    talk.send(Mex_FileName="a")
    talk.say(RECIPIENT, "GET", "/count", accept=V1)


@case("lookup")
def _(talk: Talk) -> None:
    for accept in (V1, V2):
        for path in ("X26/TEST_WORKFLOW", "X27/TEST_WORKFLOW_ACK", "X26/TEST_WORKFLOW2", "X99/TEST_WORKFLOW"):
            talk.ask(f"/messageexchange/endpointlookup/{path}", accept)
    for path in ("TEST_WORKFLOW_ACK", "NONE"):
        talk.ask(f"/messageexchange/workflowsearch/{path}", V1)


@case("health")
def _(talk: Talk) -> None:
    for path in (
        "/health",
        "/healthcheck",
        "/_status",
        "/_ping",
        "/messageexchange/_ping",
        "/messageexchange/deepping",
    ):
        talk.ask(path)


@case("mailbox")
def _(talk: Talk) -> None:
    for path in (
        f"/messageexchange/mailbox/{SENDER}",
        f"/messageexchange/admin/mailbox/{RECIPIENT}",
        "/admin/mailbox/NONE",
    ):
        talk.ask(path)
