package io.kestra.plugin.scripts.powershell;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.workbook.LanguageScript;
import java.util.List;
import lombok.Builder;

/** Runs a script in PowerShell that is written in the flow. */
@Plugin
public class Script extends LanguageScript {
    @Builder
    public Script() {
        super("ghcr.io/kestra-io/powershell:latest", "pwsh", "", ".ps1");
        interpreter = Property.ofValue(List.of("pwsh", "-NoProfile", "-NonInteractive", "-Command"));
    }
}
