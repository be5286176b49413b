"""Files of remote workers, by signed addresses: streamed, so that no file is held in memory.

The address says which file, which way, and for which lease; the lease is asked for again when the
address is used. What arrives is put into internal storage whole or not at all.
"""

from __future__ import annotations

import asyncio
import tempfile
from typing import BinaryIO, Final, cast

import orjson
from asgiref.sync import sync_to_async
from django.db import connections

from downbeat.common import storage
from downbeat.common.api.problems import CONTENT_TYPE, problem_of
from downbeat.common.errors import AppError
from executions.runtime.remote_leases import place_of
from executions.runtime.remote_questions import READ, WRITE, FileGrant
from executions.services.worker_errors import AddressRefused, TooLarge
from executions.streams.sse import Receive, Scope, Send

CHUNK: Final = 1024 * 1024
IN_MEMORY: Final = 1024 * 1024
LARGEST: Final = 10 * 1024**3


async def transfer(scope: Scope, receive: Receive, send: Send) -> None:
    """``GET`` reads the file of an address, ``PUT`` writes it."""
    try:
        grant = await sync_to_async(_granted, thread_sensitive=False)(scope)
        if grant.direction == READ:
            await _send_file(grant, send)
        else:
            await _take_file(scope, grant, receive, send)
    except AppError as refusal:
        await _refuse(scope, send, refusal)
    except ConnectionError:
        return  # who sent the file went away in the middle of it: nothing was stored


def _granted(scope: Scope) -> FileGrant:
    """What the address allows, if its lease still holds."""
    grant = FileGrant.of(scope["url_route"]["kwargs"]["address"])
    wanted = {"GET": READ, "PUT": WRITE}.get(scope["method"])
    if grant is None or grant.direction != wanted:
        raise AddressRefused
    try:
        place_of(grant.worker_id, grant.key)
    finally:
        connections.close_all()
    return grant


async def _send_file(grant: FileGrant, send: Send) -> None:
    files = storage.storage_for(grant.key.tenant_id)
    content = await asyncio.to_thread(files.open, grant.path)
    headers = [(b"content-type", b"application/octet-stream"), (b"cache-control", b"no-store")]
    with content:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while chunk := await asyncio.to_thread(content.read, CHUNK):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _take_file(scope: Scope, grant: FileGrant, receive: Receive, send: Send) -> None:
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
        await _spooled(receive, cast(BinaryIO, spool))
        spool.seek(0)
        # The lease may have ended while a slow worker sent the file.
        await sync_to_async(_granted, thread_sensitive=False)(scope)
        files = storage.storage_for(grant.key.tenant_id)
        uri = await asyncio.to_thread(files.put, grant.path, cast(BinaryIO, spool))
    body = orjson.dumps({"uri": uri})
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _spooled(receive: Receive, spool: BinaryIO) -> None:
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST:
            raise TooLarge(most=LARGEST)
        await asyncio.to_thread(spool.write, chunk)
        if not message.get("more_body"):
            return


async def _refuse(scope: Scope, send: Send, refusal: AppError) -> None:
    problem = problem_of(refusal)
    # The address itself is a credential: an answer does not repeat it.
    body = orjson.dumps(problem.body("/api/v1/worker/files"))
    headers = [(b"content-type", CONTENT_TYPE.encode())]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
