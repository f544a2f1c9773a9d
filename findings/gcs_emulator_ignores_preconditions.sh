#!/bin/sh
# gcp-storage-emulator: preconditions are accepted and ignored.
#
# `if_generation_match=0` says "only if it is not there yet", and a generation says "only this version": locks,
# uploads that may be repeated and deletes build on them. The emulator overwrites and deletes all the same and answers
# with success, so code that relies on them is green here and its races show first on Google.
#
# Seen with: gcp-storage-emulator 2026.7.19, google-cloud-storage 3.17.1 (PyPI). On Google:
# https://cloud.google.com/storage/docs/request-preconditions (412 Precondition Failed)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check gcp-storage-emulator==2026.7.19 google-cloud-storage==3.17.1
cd "$folder"
env/bin/python - <<'END'
import logging
import os
import socket

from google.auth.credentials import AnonymousCredentials

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
os.environ["STORAGE_EMULATOR_HOST"] = f"http://127.0.0.1:{port}"

# Imported here: the address is read at import.
from gcp_storage_emulator.server import create_server
from google.cloud import storage

logging.disable()
server = create_server("127.0.0.1", port, in_memory=True)
server.start()
try:
    bucket = storage.Client(project="p", credentials=AnonymousCredentials()).create_bucket("lake")
    bucket.blob("state").upload_from_string("one", if_generation_match=0)
    bucket.blob("state").upload_from_string("two", if_generation_match=0)
    content = bucket.blob("state").download_as_bytes()
    bucket.blob("state").delete(if_generation_match=12345)
    left = bucket.get_blob("state")
finally:
    server.stop()
print("gcp-storage-emulator 2026.7.19")
print(f"created twice with `only if it is not there`: the content is {content!r}")
print(f"deleted with a generation that it does not have: what is left is {left}")
assert (content, left) == (b"two", None), "this changed"
END
