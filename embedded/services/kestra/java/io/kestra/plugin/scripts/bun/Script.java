package io.kestra.plugin.scripts.bun;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageScript;
import lombok.Builder;

/** Runs a script in Bun that is written in the flow. */
@Plugin
public class Script extends LanguageScript {
    @Builder
    public Script() {
        super("oven/bun", "bun", "bun run ", ".ts");
    }
}
