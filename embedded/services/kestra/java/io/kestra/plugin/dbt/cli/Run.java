package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import lombok.Builder;

/** Runs models. */
@Plugin
public class Run extends DbtCommand {
    @Builder
    public Run() {
        super("run", true);
    }
}
