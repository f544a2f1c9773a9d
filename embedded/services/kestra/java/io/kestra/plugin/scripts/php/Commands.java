package io.kestra.plugin.scripts.php;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageCommands;
import lombok.Builder;

/** Runs commands that use PHP. */
@Plugin
public class Commands extends LanguageCommands {
    @Builder
    public Commands() {
        super("php", "php");
    }
}
