package io.kestra.plugin.git;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.Values;
import io.kestra.workbook.git.CloneRequest;
import io.kestra.workbook.git.GitAccess;
import io.kestra.workbook.git.GitClone;
import io.kestra.workbook.git.GitTask;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import lombok.Builder;
import lombok.Getter;
import lombok.RequiredArgsConstructor;
import org.eclipse.jgit.api.Git;

/** Clones a repository into the task's working directory. */
@Plugin
@Getter
public class Clone extends GitTask<Clone.Output> {
    public Property<Boolean> cloneSubmodules;
    public Property<String> directory;
    public Property<String> branch;
    public Property<Integer> depth = Property.ofValue(1);
    public Property<String> commit;
    public Property<String> tag;
    public Property<Boolean> cloneAllBranches = Property.ofValue(true);
    public Property<Boolean> noTags = Property.ofValue(false);

    @Builder
    public Clone() {
    }

    @Override
    @NotNull
    public Property<String> getUrl() {
        return url;
    }

    @Override
    protected Output work(RunContext runContext, Values values) throws Exception {
        var request = new CloneRequest(
            values.find("branch", String.class).orElse(null),
            values.find("depth", Integer.class).orElse(null),
            values.find("commit", String.class).orElse(null),
            values.find("tag", String.class).orElse(null),
            values.flag("cloneAllBranches"),
            values.flag("noTags"),
            values.find("cloneSubmodules", Boolean.class).orElse(false));
        Path folder = values.find("directory", String.class)
            .map(name -> runContext.workingDir().resolve(Path.of(name)))
            .orElse(runContext.workingDir().path());
        try (Git git = new GitClone(runContext, new GitAccess(values), request).into(folder)) {
            return new Output(git.getRepository().getWorkTree().getPath());
        }
    }

    /** Where the repository is. */
    @Getter
    @RequiredArgsConstructor
    public static class Output implements io.kestra.core.models.tasks.Output {
        private final String directory;
    }
}
