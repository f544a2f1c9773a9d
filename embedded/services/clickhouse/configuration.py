"""Writes what the server reads at its start: `config.xml` and `users.xml`."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from embedded.services.clickhouse import foreign_pages
from embedded.shared.loopback import HOST

HOLDER = "default"
"""The user in whose name the library itself runs its statements: it must exist, and cannot have a password. It may have
one session, the library's own, so that nobody else can log in as it."""

_SERVER = """\
<clickhouse>
  <logger><console>1</console><level>warning</level><console_log_level>warning</console_log_level></logger>
  <listen_host>{host}</listen_host>
  <http_port>{http_port}</http_port>
  <tcp_port>{tcp_port}</tcp_port>
  <users_config>users.xml</users_config>
  <http_handlers>{foreign_pages}<defaults/></http_handlers>
  <!-- For a laptop with two cores: the usual caches and thread pools are for a machine of its own. -->
  <max_server_memory_usage>{memory}</max_server_memory_usage>
  <mark_cache_size>67108864</mark_cache_size>
  <primary_index_cache_size>67108864</primary_index_cache_size>
  <index_mark_cache_size>16777216</index_mark_cache_size>
  <index_uncompressed_cache_size>0</index_uncompressed_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_merges_mutations_concurrency_ratio>2</background_merges_mutations_concurrency_ratio>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <max_thread_pool_size>200</max_thread_pool_size>
  <max_connections>100</max_connections>
  <max_concurrent_queries>50</max_concurrent_queries>
  <merge_tree>
    <!-- A merge may need one more than the free threads; these bounds are for larger pools. -->
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
</clickhouse>
"""

_USERS = """\
<clickhouse>
  <profiles>
    <default>
      <network_compression_method>LZ4</network_compression_method>
      <max_threads>{threads}</max_threads>
      <max_memory_usage>{memory}</max_memory_usage>
    </default>
    <holder>
      <max_sessions_for_user>1</max_sessions_for_user>
    </holder>
  </profiles>
  <quotas><default/></quotas>
  <users>
    <{holder}>
      <no_password/>
      <networks><ip>{host}</ip></networks>
      <profile>holder</profile>
      <quota>default</quota>
      <grants>
        <query>GRANT SYSTEM LISTEN ON *.*</query>
        <query>GRANT SELECT ON system.numbers</query>
      </grants>
    </{holder}>
    <{user}>
      <password_sha256_hex>{password}</password_sha256_hex>
      <networks><ip>{host}</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <access_management>1</access_management>
      <named_collection_control>1</named_collection_control>
    </{user}>
  </users>
</clickhouse>
"""


def write(folder: Path, http_port: int, tcp_port: int, user: str, password: str, memory: int) -> None:
    """Write both files, for this user only.

    Parameters:
        folder: where to; the server's working directory.
        http_port: of the HTTP interface.
        tcp_port: of the native protocol.
        user: a plain name.
        password: kept as its hash only.
        memory: bytes that the server may use in all.
    """
    server = _SERVER.format(
        host=HOST, http_port=http_port, tcp_port=tcp_port, memory=memory, foreign_pages=foreign_pages.rules()
    )
    users = _USERS.format(
        host=HOST,
        holder=HOLDER,
        user=user,
        password=hashlib.sha256(password.encode()).hexdigest(),
        threads=min(os.cpu_count() or 2, 4),
        memory=memory * 3 // 4,
    )
    for name, text in (("config.xml", server), ("users.xml", users)):
        _write_private(folder / name, text)


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)  # a new file: its mode counts
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
