package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import lombok.Builder;

/** Runs tests. */
@Plugin
public class Test extends DbtCommand {
    @Builder
    public Test() {
        super("test", true);
    }
}
