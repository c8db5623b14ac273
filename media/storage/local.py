"""Bytes in a folder of the local disk."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import uuid4

import aiofiles
import aiofiles.os

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored: its key, size in bytes and SHA-256 in hex."""

    key: str
    size: int
    sha256: str


class LocalStorage:
    """Files under a root folder; a file appears whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def put(self, source: Path | bytes, suffix: str) -> Stored:
        """Store a file's or these bytes under a key made of their hash; `suffix` such as `.mp4`."""
        await aiofiles.os.makedirs(self.root, exist_ok=True)
        draft = self.root / f".{uuid4().hex}.part"
        digest, size = hashlib.sha256(), 0
        try:
            async with aiofiles.open(draft, "wb") as target:
                async for chunk in _chunks(source):
                    digest.update(chunk)
                    size += len(chunk)
                    await target.write(chunk)
                await target.flush()
                await aiofiles.os.wrap(os.fsync)(target.fileno())
            name = digest.hexdigest()
            key = f"{name[:2]}/{name}{suffix}"
            await aiofiles.os.makedirs(self.path(key).parent, exist_ok=True)
            await aiofiles.os.replace(draft, self.path(key))
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        return Stored(key, size, name)

    def path(self, key: str) -> Path:
        """Where the bytes of a key are.

        Raises:
            ValueError: the key leaves the folder.
        """
        parts = PurePosixPath(key).parts
        if not parts or any(part in {"..", "/", ""} for part in parts):
            raise ValueError("A key names a file inside the storage.")
        return self.root.joinpath(*parts)

    async def exists(self, key: str) -> bool:
        """Whether the bytes of a key are there."""
        return await aiofiles.os.path.isfile(self.path(key))

    async def delete(self, key: str) -> None:
        """Remove the bytes of a key; nothing happens if they are not there."""
        with suppress(FileNotFoundError):
            await aiofiles.os.remove(self.path(key))


async def _chunks(source: Path | bytes) -> AsyncIterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    async with aiofiles.open(source, "rb") as file:
        while chunk := await file.read(_CHUNK):
            yield chunk
