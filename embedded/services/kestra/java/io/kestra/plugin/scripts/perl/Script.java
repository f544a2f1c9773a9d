package io.kestra.plugin.scripts.perl;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageScript;
import lombok.Builder;

/** Runs a script in Perl that is written in the flow. */
@Plugin
public class Script extends LanguageScript {
    @Builder
    public Script() {
        super("perl", "perl", "perl ", ".pl");
    }
}
