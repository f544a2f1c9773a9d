package io.kestra.plugin.scripts.bun;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageCommands;
import lombok.Builder;

/** Runs commands that use Bun. */
@Plugin
public class Commands extends LanguageCommands {
    @Builder
    public Commands() {
        super("oven/bun", "bun");
    }
}
