#!/bin/sh
# Upload what lies in FOLDER/NAMESPACE/ as that namespace's files, and each file again that changes later:
#   docker/upload-files.sh FOLDER           docker/upload-files.sh FOLDER once
#
# KESTRA_URL, KESTRA_USERNAME and KESTRA_PASSWORD say where Kestra is. If an upload fails, the script ends: the container
# is started again and begins anew. The file /tmp/uploaded tells the container's health check that all files are there.
set -eu
cd "$1"
seen=$(mktemp)
touch -t 197001020000 "$seen"

upload() { # NAMESPACE/PATH
  curl --silent --show-error --fail --output /dev/null --user "$KESTRA_USERNAME:$KESTRA_PASSWORD" \
    --form "fileContent=@$1" "$KESTRA_URL/api/v1/main/namespaces/${1%%/*}/files?path=/${1#*/}"
  echo "$1"
}

while :; do
  touch "$seen.next"
  find . -mindepth 2 -type f ! -name '.*' ! -path '*/__pycache__/*' -newer "$seen" | sed 's|^\./||' | sort |
    while read -r file; do upload "$file"; done
  mv "$seen.next" "$seen"
  [ "${2:-}" != once ] || exit 0
  touch /tmp/uploaded
  sleep 2
done
