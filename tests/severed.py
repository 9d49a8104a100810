"""A way to a database that can be cut and mended: the server beyond it never notices."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit


@dataclass
class Way:
    """A socket in a folder of its own that passes everything on to PostgreSQL's. `url` leads through it."""

    url: str
    _here: str
    _there: str
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def mend(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_unix_server(self._pass_on, self._here)

    async def cut(self) -> None:
        """End every connection, and refuse new ones."""
        assert self._server is not None
        self._server.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._here)  # noqa: PTH108 - a socket's name, gone at once: nothing to wait for
        for writer in list(self._open):
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        beyond_reader, beyond = await asyncio.open_unix_connection(self._there)
        self._open.add(beyond)
        if writer.transport.is_closing():  # cut in between
            beyond.transport.abort()
        try:
            await asyncio.gather(_copy(reader, beyond), _copy(beyond_reader, writer))
        finally:
            self._open -= {writer, beyond}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def way_to(database_url: str, folder: Path) -> AsyncIterator[Way]:
    """A mended way to a database of the embedded server; the folder is the way's own, and its path is short."""
    asked = parse_qs(urlsplit(database_url).query)
    name = f".s.PGSQL.{asked['port'][0]}"
    url = database_url.replace(quote(asked["host"][0]), quote(str(folder)))
    way = Way(url, str(folder / name), f"{asked['host'][0]}/{name}")
    await way.mend()
    try:
        yield way
    finally:
        await way.cut()
