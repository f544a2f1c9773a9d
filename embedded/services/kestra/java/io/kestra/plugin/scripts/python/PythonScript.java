package io.kestra.plugin.scripts.python;

import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.LocalScript;
import java.util.List;
import java.util.Map;
import lombok.Getter;

/** What the Python script tasks have in common. */
@Getter
public abstract class PythonScript extends LocalScript {
    /** Package managers of the official plug-in; here `uv` installs in either case. */
    public enum PackageManager {
        PIP, UV
    }

    public Property<String> containerImage = Property.ofValue("python:3.13-slim");
    public Property<List<String>> dependencies;
    public Property<String> pythonVersion;
    public Property<Boolean> dependencyCacheEnabled = Property.ofValue(true);
    public Property<PackageManager> packageManager = Property.ofValue(PackageManager.UV);
    public Property<Boolean> uvAutoInstallEnabled = Property.ofValue(true);
    public Property<String> uvInstallerVersion;
    public Property<String> uvInstallerSha256;

    @Override
    public Property<String> getContainerImage() {
        return containerImage;
    }

    @Override
    protected Map<String, Object> requirements(RunContext runContext) throws Exception {
        return Map.of(
            "dependencies", runContext.render(dependencies).asList(String.class),
            "pythonVersion", runContext.render(pythonVersion).as(String.class).orElse(""),
            "dependencyCacheEnabled", runContext.render(dependencyCacheEnabled).as(Boolean.class).orElse(true));
    }
}
