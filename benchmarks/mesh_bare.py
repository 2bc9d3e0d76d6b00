"""The least a durable server can do: Starlette takes and gives bodies, SQLite keeps them, a transaction each."""

import sqlite3
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def create_app(path: Path) -> Starlette:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(
        "CREATE TABLE message (id INTEGER PRIMARY KEY, recipient TEXT, body BLOB, taken INTEGER)"
    )
    database.execute("CREATE INDEX inbox ON message (recipient, id) WHERE taken IS NULL")

    async def send(request: Request) -> JSONResponse:
        body = await request.body()
        cursor = database.execute(
            "INSERT INTO message (recipient, body) VALUES (?, ?)", (request.headers["mex-to"], body)
        )
        return JSONResponse({"message_id": str(cursor.lastrowid)}, 202)

    async def inbox(request: Request) -> JSONResponse:
        rows = database.execute(
            "SELECT id FROM message WHERE recipient = ? AND taken IS NULL ORDER BY id LIMIT 500",
            (request.path_params["mailbox_id"],),
        )
        return JSONResponse({"messages": [str(row[0]) for row in rows]})

    async def download(request: Request) -> Response:
        row = database.execute(
            "SELECT body FROM message WHERE id = ?", (request.path_params["id"],)
        ).fetchone()
        return Response(row[0], media_type="application/octet-stream")

    async def acknowledge(request: Request) -> Response:
        database.execute("UPDATE message SET taken = 1 WHERE id = ?", (request.path_params["id"],))
        return Response()

    async def reset(_: Request) -> Response:
        database.execute("DELETE FROM message")
        return Response()

    box = "/messageexchange/{mailbox_id}"
    return Starlette(
        routes=[
            Route(f"{box}/outbox", send, methods=["POST"]),
            Route(f"{box}/inbox", inbox, methods=["GET"]),
            Route(f"{box}/inbox/{{id}}", download, methods=["GET"]),
            Route(f"{box}/inbox/{{id}}/status/acknowledged", acknowledge, methods=["PUT"]),
            Route("/admin/reset", reset, methods=["DELETE"]),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(create_app(Path(sys.argv[2])), port=int(sys.argv[1]), log_level="error", access_log=False)
