-- The columns by which lists are sorted, to the microsecond. Kestra's own cut the times to milliseconds, so that lines of
-- one millisecond come back in any order.
DROP INDEX IF EXISTS logs_timestamp;
DROP INDEX IF EXISTS logs_tenant_timestamp;
DROP INDEX IF EXISTS logs_tenant_namespace_timestamp;
ALTER TABLE logs DROP COLUMN "timestamp";
ALTER TABLE logs ADD COLUMN "timestamp" TIMESTAMP NOT NULL
    GENERATED ALWAYS AS (CAST(JQ_STRING("value", '.timestamp') AS TIMESTAMP WITH TIME ZONE));
CREATE INDEX logs_tenant_timestamp ON logs ("tenant_id", "timestamp", "level");
CREATE INDEX logs_tenant_namespace_timestamp ON logs ("tenant_id", "namespace", "timestamp", "level");

DROP INDEX IF EXISTS executions_start_date;
ALTER TABLE executions DROP COLUMN "start_date";
ALTER TABLE executions ADD COLUMN "start_date" TIMESTAMP
    GENERATED ALWAYS AS (CAST(JQ_STRING("value", '.state.startDate') AS TIMESTAMP WITH TIME ZONE));
CREATE INDEX executions_start_date ON executions ("deleted", "start_date");
