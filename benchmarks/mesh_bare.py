"""The least a durable server can do: Starlette takes a body, SQLite keeps it, one transaction a request."""

import sqlite3
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def create_app(path: Path) -> Starlette:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, recipient TEXT, body BLOB)")

    async def send(request: Request) -> JSONResponse:
        body = await request.body()
        cursor = database.execute(
            "INSERT INTO message (recipient, body) VALUES (?, ?)", (request.headers["mex-to"], body)
        )
        return JSONResponse({"message_id": str(cursor.lastrowid)}, 202)

    return Starlette(routes=[Route("/messageexchange/{mailbox_id}/outbox", send, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(create_app(Path(sys.argv[2])), port=int(sys.argv[1]), log_level="error", access_log=False)
