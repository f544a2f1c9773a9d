package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import lombok.Builder;

/** Loads seeds. */
@Plugin
public class Seed extends DbtCommand {
    @Builder
    public Seed() {
        super("seed", true);
    }
}
