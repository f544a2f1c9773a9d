#!/bin/sh
# Replace the containers of the distributed stack one by one, for a new image or new settings: docker/rolling-restart.sh
#
# Each container gets six minutes to end what it runs; the next one goes when its successor is well. Executions go on:
# the other replica serves, and what a stopped worker had not finished is given to another one.
set -eu
cd "$(dirname "$0")/.."
compose="docker compose --project-directory . -f docker/compose.distributed.yml"

$compose pull --quiet
for service in ${*:-executor scheduler indexer worker webserver}; do
  for container in $($compose ps --quiet "$service"); do
    echo "$service: replacing $container"
    docker stop --time 360 "$container"
    docker rm "$container"
    $compose up --detach --no-deps --no-recreate --wait "$service"
  done
done
# The proxy notices new webservers by itself.
