package io.kestra.plugin.scripts.lua;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.LanguageScript;
import lombok.Builder;

/** Runs a script in Lua that is written in the flow. */
@Plugin
public class Script extends LanguageScript {
    @Builder
    public Script() {
        super("nickblah/lua", "lua", "lua ", ".lua");
    }
}
