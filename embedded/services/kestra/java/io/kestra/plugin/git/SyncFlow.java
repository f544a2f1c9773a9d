package io.kestra.plugin.git;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.flows.Flow;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import io.kestra.workbook.git.BranchTask;
import io.kestra.workbook.git.FlowsOfKestra;
import io.kestra.workbook.git.GitAccess;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import lombok.Builder;
import lombok.Getter;
import lombok.RequiredArgsConstructor;
import org.eclipse.jgit.api.Git;

/** Brings one flow of a repository into a namespace. */
@Plugin
@Getter
public class SyncFlow extends BranchTask<SyncFlow.Output> {
    @NotNull
    public Property<String> targetNamespace;
    @NotNull
    public Property<String> flowPath;

    @Builder
    public SyncFlow() {
    }

    @Override
    protected Output work(RunContext runContext, Values values) throws Exception {
        String name = values.text("flowPath");
        try (Git git = clone(runContext, new GitAccess(values), values)) {
            Path file = runContext.workingDir().resolve(Path.of(name));
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new TaskFailure("Flow file not found at path: " + name);
            }
            Flow flow = new FlowsOfKestra(runContext).save(
                Files.readString(file), values.text("targetNamespace"), name, false, values.flag("dryRun"));
            return new Output(flow.getId(), flow.getNamespace(), flow.getRevision());
        }
    }

    /** The flow as it is now. */
    @Getter
    @RequiredArgsConstructor
    public static class Output implements io.kestra.core.models.tasks.Output {
        private final String flowId;
        private final String namespace;
        private final Integer revision;
    }
}
