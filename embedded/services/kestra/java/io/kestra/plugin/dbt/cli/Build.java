package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import lombok.Builder;

/** Runs models, seeds, snapshots and tests, in the order of their dependencies. */
@Plugin
public class Build extends DbtCommand {
    @Builder
    public Build() {
        super("build", true);
    }
}
