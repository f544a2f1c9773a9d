package io.kestra.plugin.scripts.lua;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageCommands;
import lombok.Builder;

/** Runs commands that use Lua. */
@Plugin
public class Commands extends LanguageCommands {
    @Builder
    public Commands() {
        super("nickblah/lua", "lua");
    }
}
