package io.kestra.plugin.scripts.ruby;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageCommands;
import lombok.Builder;

/** Runs commands that use Ruby. */
@Plugin
public class Commands extends LanguageCommands {
    @Builder
    public Commands() {
        super("ruby", "ruby");
    }
}
