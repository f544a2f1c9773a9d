package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import lombok.Builder;

/** Lists what a project has. */
@Plugin
public class List extends DbtCommand {
    @Builder
    public List() {
        super("list", false);
    }
}
