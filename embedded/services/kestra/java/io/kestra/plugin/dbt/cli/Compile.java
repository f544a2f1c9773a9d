package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import lombok.Builder;

/** Writes the SQL of models without running it. */
@Plugin
public class Compile extends DbtCommand {
    @Builder
    public Compile() {
        super("compile", true);
    }
}
