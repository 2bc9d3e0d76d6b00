"""GET /admin/page: what the server holds, in the browser: clock, inboxes, messages, faults and the journal.

Plain HTML written here and forms that post to it: no script, nothing fetched from elsewhere.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from simulators.mesh import protocol
from simulators.mesh.api.call import exchange_of
from simulators.mesh.exchange import Exchange

_SHOWN: Final = 50
_INBOX: Final = ("mailbox", "name", "active", "waiting", "sent", "acknowledged", "expired")
_MESSAGE: Final = ("id", "kind", "status", "from", "to", "workflow", "local id", "bytes")
_REQUEST: Final = ("number", "at", "method", "path", "status", "warnings and faults")
_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 0 1rem 3rem; color: #212b32 }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2rem }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #d8dde0; vertical-align: top }
form { display: inline-block; margin: 0 1rem .5rem 0 } button, input { font: inherit; padding: .25rem .5rem }
:focus { outline: 3px solid #ffeb3b; outline-offset: 1px; box-shadow: 0 0 0 4px #212b32 }
"""


async def show(request: Request) -> Response:
    """The page."""
    exchange = exchange_of(request)
    return Response(await exchange.transact(lambda: _page(exchange)), media_type="text/html; charset=utf-8")


async def act(request: Request) -> Response:
    """One of the page's buttons, then the page again."""
    exchange = exchange_of(request)
    form = dict(part.partition("=")[::2] for part in (await request.body()).decode("latin-1").split("&"))
    what, store = form.get("do", ""), exchange.store
    if what == "day":
        await exchange.transact(lambda: exchange.set_clock(store.now + 86400, store.rate))
    elif what == "step":
        await exchange.transact(lambda: exchange.set_clock(store.next_due() or store.now, store.rate))
    elif what == "real":
        await exchange.transact(lambda: exchange.set_clock(None))
    elif what == "no_faults":
        await exchange.transact(lambda: exchange.set_faults([]))
    elif what == "reset":
        await exchange.transact(lambda: exchange.reset(everything=True))
    return RedirectResponse(request.url.path, 303)


def _page(exchange: Exchange) -> str:
    store = exchange.store
    tallies = store.tallies()
    moment = f"{protocol.iso(store.now)}{'' if store.clock is None else ' (virtual)'}"
    due = store.next_due()
    told = "nothing is due" if due is None else f"next due {protocol.iso(due)}"
    boxes = ("inbox", "sent", "acknowledged", "expired")
    inboxes = [
        (
            m.mailbox_id,
            m.mailbox_name,
            "yes" if exchange.is_active(m) else "no",
            *(tallies.get(m.mailbox_id, {}).get(box, 0) for box in boxes),
        )
        for m in exchange.directory.mailboxes.values()
    ]
    messages = [
        (
            m.message_id,
            m.kind,
            m.status.value,
            m.sender or "MESH",
            m.recipient,
            m.workflow_id,
            m.local_id or "",
            m.file_size,
        )
        for m in store.latest("", "", _SHOWN)
    ]
    faults = [
        (
            fault.label,
            str(fault.__struct_config__.tag),
            exchange.struck(fault),
            msgspec.json.encode(fault).decode(),
        )
        for fault in exchange.current_faults()
    ]
    journal = [
        (
            e.number,
            protocol.iso(e.at),
            e.method,
            e.path,
            e.status or "none",
            "; ".join((*e.judge.warnings, *e.judge.struck)),
        )
        for e in reversed(exchange.journal.entries()[-_SHOWN:])
    ]
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>MESH simulator</title><style>{_STYLE}</style></head><body>
<h1>MESH simulator, level {exchange.settings.level}</h1>
<p>A simulator: it has not been assured by NHS England.</p>
<h2 id="clock">Clock</h2>
<p>{moment}; {told}.</p>
{_button("day", "A day on")}{_button("step", "To the next that is due")}{_button("real", "Back to real time")}
{_table("inboxes", "Inboxes", _INBOX, inboxes)}
{_table("messages", f"The latest {_SHOWN} messages", _MESSAGE, messages)}
{_table("faults", "Faults in force", ("name", "kind", "struck", "as posted"), faults)}
{_button("no_faults", "Take all faults away")}
{_table("journal", f"The latest {_SHOWN} requests", _REQUEST, journal)}
<h2 id="reset">Reset</h2>
{_button("reset", "Forget everything and begin anew")}
</body></html>"""


def _table(name: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows]
    if not lines:
        return f'<h2 id="{name}">{escape(title)}</h2><p>None.</p>'
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'<h2 id="{name}">{escape(title)}</h2><div class="wide" tabindex="0" role="region" aria-labelledby="{name}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _button(what: str, words: str) -> str:
    return f'<form method="post"><input type="hidden" name="do" value="{what}"><button>{escape(words)}</button></form>'
