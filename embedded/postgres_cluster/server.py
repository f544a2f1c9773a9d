"""A PostgreSQL server as a service. A subclass names its entry in the catalog."""

from __future__ import annotations

import signal

import psycopg2

from embedded.postgres_cluster.cluster import Login, arguments, cluster_of, servers_on
from embedded.service import Context, ProcessSpec, Service
from embedded.shared.loopback import HOST
from embedded.shared.processes import stop_tree
from embedded.shared.settings import Settings


class Server(Service):
    """One server with one database and one superuser."""

    start_timeout = 60.0  # recovery after a crash in the middle of a load takes its time
    grace = 15.0
    stop_signal = signal.SIGINT  # "fast shutdown": ends sessions, then writes everything out

    def login(self, settings: Settings) -> Login:
        """The login of the superuser, and its database."""
        own = settings[self.spec]
        return Login(own.user, own.password, own.db)

    def libraries(self) -> tuple[str, ...]:
        """Libraries that the server loads at its start."""
        return ()

    def script(self) -> str:
        """SQL that prepares the database, and runs again when it has changed; empty for none."""
        return ""

    def prepare(self, context: Context) -> None:
        """Create the cluster, the user and the database, and run the script if it has changed."""
        store = cluster_of(context.home)
        store.create()
        store.set_up(self.login(context.settings), self.script(), self._options())

    def command(self, context: Context) -> ProcessSpec:
        """The server."""
        store = cluster_of(context.home)
        options = self._options() | {
            "listen_addresses": HOST,
            "port": str(self.port(context)),
            "unix_socket_directories": "",  # their paths may not be long, and nothing needs them
        }
        argv = [str(store.binaries / "postgres"), "-D", str(store.data), *arguments(options)]
        location = store.location
        return ProcessSpec(argv=[*location.prefix, *argv], cwd=location.base, account=location.account)

    def healthy(self, context: Context) -> bool:
        """Whether the user can connect."""
        return not self._refusal(context)

    def alive(self, context: Context) -> bool:
        """Whether the user can connect, or could if others let go of their connections."""
        refusal = self._refusal(context)
        return not refusal or "too many clients" in refusal or "remaining connection slots" in refusal

    def _refusal(self, context: Context) -> str:
        login = self.login(context.settings)
        try:
            psycopg2.connect(
                host=HOST,
                port=self.port(context),
                dbname=login.database,
                user=login.user,
                password=login.password,
                connect_timeout=5,
            ).close()
        except psycopg2.OperationalError as error:
            return str(error)
        return ""

    def clean_up(self, context: Context, session: int | None) -> None:
        """End what still runs on the data, too."""
        super().clean_up(context, session)
        # The server's processes overwrite their environment and lead sessions of their own, but stay in the data.
        stop_tree(servers_on(cluster_of(context.home).data), self.stop_signal, self.grace)

    def reset(self, context: Context) -> None:
        """Remove what lies outside the service's folder."""
        cluster_of(context.home).location.remove()

    def _options(self) -> dict[str, str]:
        libraries = self.libraries()
        return {"shared_preload_libraries": ",".join(libraries)} if libraries else {}
