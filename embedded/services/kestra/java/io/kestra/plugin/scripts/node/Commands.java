package io.kestra.plugin.scripts.node;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageCommands;
import lombok.Builder;

/** Runs commands that use Node.js. */
@Plugin
public class Commands extends LanguageCommands {
    @Builder
    public Commands() {
        super("node", "node");
    }
}
