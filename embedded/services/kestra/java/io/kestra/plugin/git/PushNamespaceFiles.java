package io.kestra.plugin.git;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.core.storages.Namespace;
import io.kestra.core.storages.NamespaceFile;
import io.kestra.core.utils.PathMatcherPredicate;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import io.kestra.workbook.git.PushTask;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import lombok.Builder;
import lombok.Getter;

/** Brings the files of a namespace into a repository's folder. */
@Plugin
@Getter
public class PushNamespaceFiles extends PushTask<PushNamespaceFiles.Output> {
    public Property<String> namespace = Property.ofExpression("{{ flow.namespace }}");
    public Property<String> gitDirectory = Property.ofValue("_files");
    public Object files;
    public Property<Boolean> errorOnMissing = Property.ofValue(false);

    @Builder
    public PushNamespaceFiles() {
    }

    @Override
    protected Object globs() {
        return files;
    }

    @Override
    protected String defaultMessage(RunContext runContext, Values values) throws TaskFailure {
        return "Add files from " + values.text("namespace") + " namespace";
    }

    @Override
    protected Map<String, Callable<InputStream>> files(List<String> globs, RunContext runContext, Values values)
        throws Exception {
        Namespace source = runContext.storage().namespace(values.text("namespace"));
        Predicate<Path> meant = globs == null ? path -> true : PathMatcherPredicate.matches(globs);
        var found = new LinkedHashMap<String, Callable<InputStream>>();
        for (NamespaceFile file : source.findAllFilesMatching(meant)) {
            String name = file.path().replaceFirst("^/+", "");
            found.put(name, () -> source.getFileContent(Path.of(file.path())));
        }
        if (found.isEmpty() && values.flag("errorOnMissing")) {
            throw new TaskFailure("No Namespace Files matched the provided 'files' parameter to commit.");
        }
        return found;
    }

    @Override
    protected Output output(String commitId, String commitURL, URI diff) {
        return new Output(commitId, commitURL, diff);
    }

    /** The commit, and the changed lines of each file. */
    @Getter
    public static class Output extends PushTask.Output {
        private final URI files;

        Output(String commitId, String commitURL, URI files) {
            super(commitId, commitURL);
            this.files = files;
        }
    }
}
