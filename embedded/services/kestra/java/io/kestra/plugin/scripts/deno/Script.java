package io.kestra.plugin.scripts.deno;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageScript;
import lombok.Builder;

/** Runs a script in Deno that is written in the flow. */
@Plugin
public class Script extends LanguageScript {
    @Builder
    public Script() {
        super("denoland/deno", "deno", "deno run ", ".ts");
    }
}
