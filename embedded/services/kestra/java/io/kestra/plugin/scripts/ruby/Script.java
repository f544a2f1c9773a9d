package io.kestra.plugin.scripts.ruby;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageScript;
import lombok.Builder;

/** Runs a script in Ruby that is written in the flow. */
@Plugin
public class Script extends LanguageScript {
    @Builder
    public Script() {
        super("ruby", "ruby", "ruby ", ".rb");
    }
}
