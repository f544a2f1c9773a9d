package io.kestra.plugin.scripts.r;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageCommands;
import lombok.Builder;

/** Runs commands that use R. */
@Plugin
public class Commands extends LanguageCommands {
    @Builder
    public Commands() {
        super("r-base", "Rscript");
    }
}
