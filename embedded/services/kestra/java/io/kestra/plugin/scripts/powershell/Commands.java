package io.kestra.plugin.scripts.powershell;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.workbook.LanguageCommands;
import java.util.List;
import lombok.Builder;

/** Runs commands that use PowerShell. */
@Plugin
public class Commands extends LanguageCommands {
    @Builder
    public Commands() {
        super("ghcr.io/kestra-io/powershell:latest", "pwsh");
        interpreter = Property.ofValue(List.of("pwsh", "-NoProfile", "-NonInteractive", "-Command"));
    }
}
