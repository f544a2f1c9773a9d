"""All collections of a server, and their aliases."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import threading
import uuid
from pathlib import Path

from embedded.services.qdrant import schema
from embedded.services.qdrant.body import Body, Json
from embedded.services.qdrant.collection import Collection
from embedded.services.qdrant.errors import ApiError, format_error, missing_error

_NAME = re.compile(r'[^<>:"/\\|?*\x00-\x1f]{1,255}')
_ALIASES = "aliases.json"


class InUseError(RuntimeError):
    """Another process has the folder."""


class Store:
    """The folder of a server."""

    def __init__(self, folder: Path) -> None:
        """Open all that is in a folder.

        Raises:
            InUseError: another process has it.
        """
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._owned = _own(folder)
        self._change = threading.Lock()
        self._collections: dict[str, Collection] = {}
        for child in sorted(path for path in folder.iterdir() if path.is_dir()):
            if collection := Collection.load(child):
                self._collections[collection.name] = collection
            else:
                shutil.rmtree(child)  # its making or its deletion was interrupted
        file = folder / _ALIASES
        stored: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        self._aliases = {alias: name for alias, name in stored.items() if name in self._collections}

    def names(self) -> list[str]:
        """The collections' names."""
        return sorted(self._collections)

    def find(self, name: str) -> Collection:
        """A collection by its name or by an alias. Raises ApiError when there is none."""
        collection = self._collections.get(self._aliases.get(name, name))
        if collection is None:
            raise missing_error(f"Collection `{name}` doesn't exist!")
        return collection

    def exists(self, name: str) -> bool:
        """Whether there is a collection or an alias of that name."""
        return self._aliases.get(name, name) in self._collections

    def create(self, name: str, body: Json) -> None:
        """Create a collection. Raises ApiError."""
        settings = schema.check_new(body)
        if not _NAME.fullmatch(name):
            raise ApiError(f"Wrong input: `{name}` cannot be the name of a collection", 422)
        with self._change:
            if self.exists(name):
                raise ApiError(f"Wrong input: Collection `{name}` already exists!", 409)
            self._collections[name] = Collection.create(self._folder / uuid.uuid4().hex, name, settings)

    def drop(self, name: str) -> bool:
        """Delete a collection, with its aliases; returns whether there was one."""
        with self._change:
            collection = self._collections.pop(name, None)
            if collection is None:
                return False
            collection.drop()
            self._set_aliases({alias: target for alias, target in self._aliases.items() if target != name})
            return True

    def aliases(self, of: str | None = None) -> list[Json]:
        """All aliases, or those of one collection."""
        pairs = sorted(self._aliases.items())
        return [{"alias_name": alias, "collection_name": name} for alias, name in pairs if of in (None, name)]

    def change_aliases(self, value: Json) -> None:
        """Create, delete and rename aliases, all or none. Raises ApiError."""
        body = Body(value, "aliases")
        actions = body.need("actions", list)
        body.done()
        with self._change:
            aliases = dict(self._aliases)
            for action in actions:
                self._act(Body(action, "action"), aliases)
            self._set_aliases(aliases)

    def close(self) -> None:
        """Close all collections."""
        for collection in self._collections.values():
            collection.close()
        os.close(self._owned)

    def _act(self, action: Body, aliases: dict[str, str]) -> None:
        if (create := action.sub("create_alias")) is not None:
            name, alias = create.need("collection_name", str), create.need("alias_name", str)
            create.done()
            if name not in self._collections:
                raise missing_error(f"Collection `{name}` doesn't exist!")
            if alias in self._collections:
                raise ApiError(f"Wrong input: Collection `{alias}` already exists!", 409)
            aliases[alias] = name
        elif (delete := action.sub("delete_alias")) is not None:
            aliases.pop(_known(delete.need("alias_name", str), aliases))
            delete.done()
        elif (rename := action.sub("rename_alias")) is not None:
            old = _known(rename.need("old_alias_name", str), aliases)
            aliases[rename.need("new_alias_name", str)] = aliases.pop(old)
            rename.done()
        else:
            action.done()
            raise format_error("an action must be create_alias, delete_alias or rename_alias")
        action.done()

    def _set_aliases(self, aliases: dict[str, str]) -> None:
        fresh = self._folder / f"{_ALIASES}.new"
        fresh.write_text(json.dumps(aliases))
        fresh.replace(self._folder / _ALIASES)
        self._aliases = aliases


def _known(alias: str, aliases: dict[str, str]) -> str:
    if alias not in aliases:
        raise missing_error(f"Alias {alias} does not exists!")
    return alias


def _own(folder: Path) -> int:
    descriptor = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise InUseError(f"{folder} is in use by another server") from error
    return descriptor
