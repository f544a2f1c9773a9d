package io.kestra.workbook.git;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.Output;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import lombok.Getter;
import org.eclipse.jgit.api.Git;

/** A task that brings a folder of a repository into Kestra. */
@Getter
public abstract class SyncTask<O extends Output> extends BranchTask<O> {
    private static final String PATH = "gitPath";

    public Property<Boolean> delete = Property.ofValue(false);
    public Property<Boolean> failOnMissingDirectory = Property.ofValue(true);

    /** Brings the content of the folder; returns what was done as rows, and each has a gitPath or null there. */
    protected abstract List<Map<String, Object>> sync(Path folder, RunContext runContext, Values values) throws Exception;

    /** The outputs, with the file that tells what was done. */
    protected abstract O output(URI diff);

    @Override
    protected O work(RunContext runContext, Values values) throws Exception {
        try (Git git = clone(runContext, new GitAccess(values), values)) {
            Comparator<Map<String, Object>> byPath =
                Comparator.comparing(row -> (String) row.get(PATH), Comparator.nullsFirst(Comparator.naturalOrder()));
            List<Map<String, Object>> rows = sync(folder(runContext, values), runContext, values);
            return output(RowFile.store(rows.stream().sorted(byPath).toList(), runContext));
        }
    }

    private static Path folder(RunContext runContext, Values values) throws Exception {
        String name = values.text("gitDirectory");
        Path folder = runContext.workingDir().resolve(Path.of(name));
        if (!Files.exists(folder) && values.flag("failOnMissingDirectory")) {
            throw new TaskFailure("The directory '" + name + "' was not found in the git repository. Verify if the path "
                + "exists in the specified branch '" + values.text("branch") + "'.");
        }
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new TaskFailure("The path '" + name + "' exists but is a file, not a directory.");
        }
        return Files.createDirectories(folder);
    }
}
