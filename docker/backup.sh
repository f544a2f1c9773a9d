#!/bin/sh
# Keep the distributed stack's state in a folder, or bring it back:
#   docker/backup.sh save FOLDER        docker/backup.sh restore FOLDER
#
# Saved are the queue's and the repository's database, then the internal storage: in this order every file that the
# database names is in the copy. Kestra may run meanwhile. To restore, Kestra's components are stopped first.
set -eu
cd "$(dirname "$0")/.."
compose="docker compose --project-directory . -f docker/compose.distributed.yml"
components="webserver executor scheduler indexer worker"

usage() { echo "usage: docker/backup.sh save|restore FOLDER" >&2; exit 2; }
[ $# -eq 2 ] || usage
[ "$1" = restore ] || mkdir -p "$2/storage"
folder=$(cd "$2" && pwd)

mirror() { # FROM TO, inside a container that sees the folder as /backup
  $compose run --rm --no-deps -T --volume "$folder/storage:/backup" storage_bucket \
    "mc alias set storage http://storage:9000 \"\$ACCESS\" \"\$SECRET\" >/dev/null && mc mirror --overwrite $1 $2"
}

case "$1" in
  save)
    $compose exec -T kestra_queue pg_dump --username kestra --format custom kestra > "$folder/kestra.dump.new"
    mv "$folder/kestra.dump.new" "$folder/kestra.dump"
    mirror storage/kestra /backup
    ;;
  restore)
    [ -s "$folder/kestra.dump" ] || { echo "$folder holds no kestra.dump: name a folder that 'save' has filled" >&2; exit 1; }
    $compose stop $components
    $compose exec -T kestra_queue pg_restore --username kestra --dbname kestra --clean --if-exists \
      --single-transaction < "$folder/kestra.dump"
    mirror /backup storage/kestra
    $compose up --detach --wait
    ;;
  *) usage ;;
esac
echo "$1: done, $folder"
