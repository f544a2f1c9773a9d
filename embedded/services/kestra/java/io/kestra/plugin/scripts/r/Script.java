package io.kestra.plugin.scripts.r;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageScript;
import lombok.Builder;

/** Runs a script in R that is written in the flow. */
@Plugin
public class Script extends LanguageScript {
    @Builder
    public Script() {
        super("r-base", "Rscript", "Rscript ", ".R");
    }
}
