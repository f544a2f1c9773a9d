package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import lombok.Builder;

/** Fetches the packages that a project names. */
@Plugin
public class Deps extends DbtCommand {
    @Builder
    public Deps() {
        super("deps", false);
    }
}
