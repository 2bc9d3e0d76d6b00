"""Conversations in which this server answers otherwise than mesh-sandbox; the reasons are in docs/mesh.md."""

from tests.simulators.mesh.mesh_server import OTHER, RECIPIENT, SENDER, V1, V2, WORKFLOW
from tests.simulators.mesh.talk import Talk, case

# Where the API description and mesh-sandbox differ, or the description is silent and the sandbox breaks.
# In both modes; the reasons are in docs/mesh.md.
DIFFERENT = {
    "missing-recipient",
    "unknown-encoding",
    "chunk-beyond-total",
    "chunk-total-changed",
    "chunk-reply-v2",
    "no-data-in-chunk",
    "chunk-sent-to-nothing",
    "track-nothing",
    "track-status-time",
    "media-type-v2",
    "version-unheard-of",
    "page-after-acknowledged",
    "page-token-nonsense",
    "page-v1-after-nothing",
    "lookup-blank",
    "text-charset",
    "lookup-lower-case",
    "filter-one-star",
    "rich-inbox",
    "rich-outbox",
    "mailbox-by-lower-case",
}

# What the description demands and the sandbox leaves out; `--level sandbox` leaves it out too.
STRICTER = {
    "token-twice",
    "token-old",
    "not-my-workflow",
    "workflow-unheard-of",
    "recipient-not-of-workflow",
    "from-somebody-else",
    "not-data",
    "download-acknowledged",
    "head-acknowledged",
    "last-chunk-alone",
}


# -- what the sandbox leaves out


@case("not-my-workflow")
def _(talk: Talk) -> None:
    talk.send(Mex_WorkflowID="TEST_WORKFLOW_ACK", Mex_To=OTHER)


@case("workflow-unheard-of")
def _(talk: Talk) -> None:
    talk.send(Mex_WorkflowID="UNHEARD_OF")


@case("recipient-not-of-workflow")
def _(talk: Talk) -> None:
    talk.send(Mex_To=OTHER)


@case("from-somebody-else")
def _(talk: Talk) -> None:
    talk.send(Mex_From=RECIPIENT)


@case("not-data")
def _(talk: Talk) -> None:
    talk.send(Mex_MessageType="REPORT")


@case("download-acknowledged")
def _(talk: Talk) -> None:
    talk.send(Mex_FileName="a")
    talk.say(RECIPIENT, "PUT", "/inbox/<1>/status/acknowledged")
    talk.say(RECIPIENT, "GET", "/inbox/<1>")


@case("head-acknowledged")
def _(talk: Talk) -> None:
    talk.send(Mex_FileName="a")
    talk.say(RECIPIENT, "PUT", "/inbox/<1>/status/acknowledged")
    talk.say(RECIPIENT, "HEAD", "/inbox/<1>")


@case("last-chunk-alone")
def _(talk: Talk) -> None:
    talk.send(b"one", Mex_Chunk_Range="1:3", Mex_FileName="a")
    talk.say(SENDER, "POST", "/outbox/<1>/3", b"three", V1, Mex_Chunk_Range="3:3")
    talk.say(RECIPIENT, "GET", "/inbox")


# -- where the description and the sandbox differ


@case("missing-recipient")
def _(talk: Talk) -> None:
    talk.say(SENDER, "POST", "/outbox", b"x", V1, Mex_WorkflowID=WORKFLOW)


@case("unknown-encoding")
def _(talk: Talk) -> None:
    talk.send(Content_Encoding="br")


@case("chunk-beyond-total")
def _(talk: Talk) -> None:
    talk.send(b"one", Mex_Chunk_Range="1:2", Mex_FileName="a")
    talk.say(SENDER, "POST", "/outbox/<1>/3", b"x", V1, Mex_Chunk_Range="3:3")


@case("chunk-total-changed")
def _(talk: Talk) -> None:
    talk.send(b"one", Mex_Chunk_Range="1:2", Mex_FileName="a")
    talk.say(SENDER, "POST", "/outbox/<1>/2", b"x", V1, Mex_Chunk_Range="2:3")


@case("chunk-reply-v2")
def _(talk: Talk) -> None:
    talk.send(b"one", Mex_Chunk_Range="1:2", Mex_FileName="a")
    talk.say(SENDER, "POST", "/outbox/<1>/2", b"x", V2, Mex_Chunk_Range="2:2")


@case("no-data-in-chunk")
def _(talk: Talk) -> None:
    talk.send(b"one", Mex_Chunk_Range="1:2", Mex_FileName="a")
    talk.say(SENDER, "POST", "/outbox/<1>/2", b"", V1, Mex_Chunk_Range="2:2")


@case("chunk-sent-to-nothing")
def _(talk: Talk) -> None:
    talk.say(SENDER, "POST", "/outbox/NONE/2", b"x", V1, Mex_Chunk_Range="2:2")


@case("track-nothing")
def _(talk: Talk) -> None:
    for path in ("/NONE", "?messageID=NONE"):
        talk.say(SENDER, "GET", f"/outbox/tracking{path}")


@case("track-ambiguous")
def _(talk: Talk) -> None:
    talk.send(Mex_LocalID="mine", Mex_FileName="a")
    talk.send(Mex_LocalID="mine", Mex_FileName="a")
    talk.say(SENDER, "GET", "/outbox/tracking/mine", accept=V1)


@case("track-status-time")
def _(talk: Talk) -> None:
    talk.send(Mex_FileName="a")
    talk.say(SENDER, "GET", "/outbox/tracking?messageID=<1>")


@case("media-type-v2")
def _(talk: Talk) -> None:
    talk.minds_types = True
    talk.send(Mex_FileName="a")
    talk.say(RECIPIENT, "GET", "/count", accept=V2)
    talk.ask("/messageexchange/endpointlookup/X26/TEST_WORKFLOW")


@case("version-unheard-of")
def _(talk: Talk) -> None:
    talk.say(RECIPIENT, "GET", "/inbox", accept="application/vnd.mesh.v7+json")


@case("page-after-acknowledged")
def _(talk: Talk) -> None:
    for _ in range(12):
        talk.send(Mex_FileName="a")
    reply = talk.say(RECIPIENT, "GET", "/inbox?max_results=10").json()
    talk.say(RECIPIENT, "PUT", f"/inbox/{reply['messages'][-1]}/status/acknowledged")
    talk.say(RECIPIENT, "GET", reply["links"]["next"].removeprefix(f"/messageexchange/{RECIPIENT}"))


@case("page-token-nonsense")
def _(talk: Talk) -> None:
    talk.say(RECIPIENT, "GET", "/inbox?continue_from=" + "x" * 30)


@case("page-v1-after-nothing")
def _(talk: Talk) -> None:
    talk.send(Mex_FileName="a")
    talk.say(RECIPIENT, "GET", "/inbox?continue_from=20200101000000000000_ABCDEF", accept=V1)


@case("text-charset")
def _(talk: Talk) -> None:
    talk.send(Mex_FileName="a", Content_Type="text/csv")
    talk.say(RECIPIENT, "GET", "/inbox/<1>")


@case("lookup-blank")
def _(talk: Talk) -> None:
    talk.ask("/messageexchange/endpointlookup/%20/W")
    talk.ask("/messageexchange/workflowsearch/%20")


@case("lookup-lower-case")
def _(talk: Talk) -> None:
    talk.ask("/messageexchange/endpointlookup/x26/TEST_WORKFLOW")


@case("rich-inbox")
def _(talk: Talk) -> None:
    talk.send(Mex_FileName="a", Mex_LocalID="mine")
    talk.say(RECIPIENT, "GET", "/inbox/rich")


@case("rich-outbox")
def _(talk: Talk) -> None:
    talk.send(Mex_FileName="a", Mex_LocalID="mine")
    talk.say(SENDER, "GET", "/outbox/rich")


@case("filter-one-star")
def _(talk: Talk) -> None:
    talk.send(Mex_FileName="a")
    talk.say(RECIPIENT, "GET", "/inbox?workflow_filter=*FLOWS")


@case("control-character")
def _(talk: Talk) -> None:
    talk.send(Mex_Subject="tab\there")


@case("filename-default")
def _(talk: Talk) -> None:
    talk.send()
    talk.say(RECIPIENT, "GET", "/inbox/<1>")


@case("chunk-of-a-gone-message")
def _(talk: Talk) -> None:
    talk.send(b"one", Mex_FileName="a")
    talk.say(SENDER, "POST", "/outbox/<1>/1", b"x", V1, Mex_Chunk_Range="1:1")


@case("forbidden-download")
def _(talk: Talk) -> None:
    talk.send(Mex_FileName="a")
    talk.say(OTHER, "GET", "/inbox/<1>")
    talk.say(OTHER, "PUT", "/inbox/<1>/status/acknowledged")


@case("mailbox-by-lower-case")
def _(talk: Talk) -> None:
    talk.ask(f"/messageexchange/mailbox/{SENDER.lower()}")
