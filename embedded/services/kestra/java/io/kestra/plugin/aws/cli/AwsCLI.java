package io.kestra.plugin.aws.cli;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.InputFilesInterface;
import io.kestra.core.models.tasks.NamespaceFiles;
import io.kestra.core.models.tasks.NamespaceFilesInterface;
import io.kestra.core.models.tasks.OutputFilesInterface;
import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.models.tasks.Task;
import io.kestra.core.models.tasks.runners.TaskRunner;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.scripts.exec.scripts.models.DockerOptions;
import io.kestra.plugin.scripts.exec.scripts.models.ScriptOutput;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import io.kestra.workbook.LocalCommands;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lombok.AccessLevel;
import lombok.Builder;
import lombok.Getter;

/** Runs shell commands that call {@code aws}. */
@Plugin
@Getter
public class AwsCLI extends Task
    implements RunnableTask<ScriptOutput>, NamespaceFilesInterface, InputFilesInterface, OutputFilesInterface {
    /** What {@code aws} prints, unless a command says otherwise. */
    public enum OutputFormat {
        JSON, TEXT, TABLE, YAML
    }

    /** Where a role's first credentials come from. */
    public enum CredentialSource {
        ENVIRONMENT, EC2_INSTANCE_METADATA, ECS_CONTAINER
    }

    @NotNull
    public Property<List<String>> commands;
    public Map<String, String> env;
    public OutputFormat outputFormat = OutputFormat.JSON;
    public DockerOptions docker;
    public TaskRunner<?> taskRunner;
    public String containerImage = "amazon/aws-cli";
    public NamespaceFiles namespaceFiles;
    public Object inputFiles;
    public Property<List<String>> outputFiles;

    public Property<String> accessKeyId;
    public Property<String> secretKeyId;
    public Property<String> sessionToken;
    public Property<String> region;
    public Property<String> endpointOverride;
    public Property<Boolean> compatibilityMode;
    public Property<Boolean> forcePathStyle;
    public Property<String> stsRoleArn;
    public Property<String> stsRoleExternalId;
    public Property<String> stsRoleSessionName;
    public Property<String> stsEndpointOverride;
    public Property<Duration> stsRoleSessionDuration;
    public CredentialSource stsCredentialSource;

    @Getter(AccessLevel.NONE)
    private final transient LocalCommands local = new LocalCommands();

    @Builder
    public AwsCLI() {
    }

    @Override
    public ScriptOutput run(RunContext runContext) throws Exception {
        List<String> files = runContext.render(outputFiles).asList(String.class);
        return new CommandsWrapper(runContext)
            .withWarningOnStdErr(true)
            .withTaskRunner(local.runner(getType(), connection(runContext), runContext))
            .withInterpreter(Property.ofValue(List.of("/bin/sh", "-c")))
            .withCommands(commands)
            .withEnv(env)
            .withNamespaceFiles(namespaceFiles)
            .withInputFiles(inputFiles)
            .withOutputFiles(files.isEmpty() ? null : files)
            .run();
    }

    /** The connection by the task's properties, without those that are not set. */
    private Map<String, Object> connection(RunContext runContext) throws Exception {
        var rendered = new HashMap<String, Object>(Map.of("outputFormat", outputFormat.name().toLowerCase(Locale.ROOT)));
        var properties = Map.of(
            "accessKeyId", orEmpty(accessKeyId),
            "secretKeyId", orEmpty(secretKeyId),
            "sessionToken", orEmpty(sessionToken),
            "region", orEmpty(region),
            "endpointOverride", orEmpty(endpointOverride),
            "stsRoleArn", orEmpty(stsRoleArn));
        for (var property : properties.entrySet()) {
            runContext.render(property.getValue()).as(String.class).ifPresent(value -> rendered.put(property.getKey(), value));
        }
        return rendered;
    }

    private static Property<String> orEmpty(Property<String> property) {
        return property == null ? Property.ofValue("") : property;
    }

    @Override
    public void kill() {
        local.kill();
    }

    @Override
    public NamespaceFiles getNamespaceFiles() {
        return namespaceFiles;
    }

    @Override
    public Object getInputFiles() {
        return inputFiles;
    }

    @Override
    public Property<List<String>> getOutputFiles() {
        return outputFiles;
    }

    // The engine checks the plug-in defaults of a flow by the getters of a type.
    public Property<List<String>> getCommands() {
        return commands;
    }

    public Map<String, String> getEnv() {
        return env;
    }

    public OutputFormat getOutputFormat() {
        return outputFormat;
    }

    public DockerOptions getDocker() {
        return docker;
    }

    public TaskRunner<?> getTaskRunner() {
        return taskRunner;
    }

    public String getContainerImage() {
        return containerImage;
    }

    public Property<String> getAccessKeyId() {
        return accessKeyId;
    }

    public Property<String> getSecretKeyId() {
        return secretKeyId;
    }

    public Property<String> getSessionToken() {
        return sessionToken;
    }

    public Property<String> getRegion() {
        return region;
    }

    public Property<String> getEndpointOverride() {
        return endpointOverride;
    }

    public Property<Boolean> getCompatibilityMode() {
        return compatibilityMode;
    }

    public Property<Boolean> getForcePathStyle() {
        return forcePathStyle;
    }

    public Property<String> getStsRoleArn() {
        return stsRoleArn;
    }

    public Property<String> getStsRoleExternalId() {
        return stsRoleExternalId;
    }

    public Property<String> getStsRoleSessionName() {
        return stsRoleSessionName;
    }

    public Property<String> getStsEndpointOverride() {
        return stsEndpointOverride;
    }

    public Property<Duration> getStsRoleSessionDuration() {
        return stsRoleSessionDuration;
    }

    public CredentialSource getStsCredentialSource() {
        return stsCredentialSource;
    }
}
