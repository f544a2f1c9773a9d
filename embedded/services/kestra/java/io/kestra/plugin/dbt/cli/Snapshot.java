package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import lombok.Builder;

/** Takes snapshots. */
@Plugin
public class Snapshot extends DbtCommand {
    @Builder
    public Snapshot() {
        super("snapshot", true);
    }
}
