"""What the flows of a namespace share: keys and files."""

from __future__ import annotations

from workbook.kestra.http import Http
from workbook.kestra.kv import KvStore
from workbook.kestra.namespace_files import NamespaceFiles


class Namespaces:
    """The key-value stores and the files of namespaces."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def kv(self, namespace: str) -> KvStore:
        """The key-value store of a namespace, used like a dict."""
        return KvStore(self._http, namespace)

    def files(self, namespace: str) -> NamespaceFiles:
        """The files of a namespace, which its flows find in their working directories."""
        return NamespaceFiles(self._http, namespace)
