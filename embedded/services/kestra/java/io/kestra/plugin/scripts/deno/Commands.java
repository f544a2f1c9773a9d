package io.kestra.plugin.scripts.deno;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageCommands;
import lombok.Builder;

/** Runs commands that use Deno. */
@Plugin
public class Commands extends LanguageCommands {
    @Builder
    public Commands() {
        super("denoland/deno", "deno");
    }
}
