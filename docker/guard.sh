#!/bin/sh
# Refuses the sample passwords as soon as a port is bound beyond this machine. Runs before everything else.
set -eu

case "$BIND_ADDRESS" in
  127.*|localhost|::1) echo "Ports are bound to $BIND_ADDRESS: this machine only."; exit 0 ;;
esac

# The sample values, as in .env.example; each variable has to differ from its own.
sample() {
  case "$1" in
    KESTRA_PASSWORD) echo Admin1234 ;;
    KESTRA_DB_PASSWORD) echo k3str4 ;;
    KESTRA_ENCRYPTION_KEY) echo c2FtcGxlLWtleS1vZi10aGUtd29ya2Jvb2stc3RhY2s= ;;
    POSTGRES_PASSWORD|PGADMIN_PASSWORD) echo root ;;
    TIMESCALE_PASSWORD) echo kestra_password ;;
    CLICKHOUSE_PASSWORD) echo admin123 ;;
    ES_PASSWORD) echo elastic123 ;;
    AWS_SECRET_ACCESS_KEY) echo workbook-secret ;;
    STORAGE_SECRET_KEY) echo kestra-storage ;;
  esac
}

bad=""
for name in KESTRA_PASSWORD KESTRA_DB_PASSWORD KESTRA_ENCRYPTION_KEY POSTGRES_PASSWORD PGADMIN_PASSWORD \
    TIMESCALE_PASSWORD CLICKHOUSE_PASSWORD ES_PASSWORD AWS_SECRET_ACCESS_KEY STORAGE_SECRET_KEY; do
  eval "value=\${$name:-}"
  if [ "$value" = "$(sample "$name")" ]; then bad="$bad $name"; fi
done

if [ -n "$bad" ]; then
  echo "BIND_ADDRESS is $BIND_ADDRESS, so others reach these ports, and these still have the sample value:$bad" >&2
  echo "Give each a value of its own in .env, then run: make secrets" >&2
  exit 1
fi
