package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import lombok.Builder;

/** Checks how old the data of sources is. */
@Plugin
public class Freshness extends DbtCommand {
    @Builder
    public Freshness() {
        super("source freshness", false);
    }
}
