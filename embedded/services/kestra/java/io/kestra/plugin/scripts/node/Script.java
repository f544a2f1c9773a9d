package io.kestra.plugin.scripts.node;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageScript;
import lombok.Builder;

/** Runs a script in Node.js that is written in the flow. */
@Plugin
public class Script extends LanguageScript {
    @Builder
    public Script() {
        super("node", "node", "node ", ".js");
    }
}
