package io.kestra.plugin.scripts.perl;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageCommands;
import lombok.Builder;

/** Runs commands that use Perl. */
@Plugin
public class Commands extends LanguageCommands {
    @Builder
    public Commands() {
        super("perl", "perl");
    }
}
