package io.kestra.plugin.git;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import io.kestra.workbook.git.PushTask;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lombok.Builder;
import lombok.Getter;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.dircache.DirCache;

/** Brings files of the execution into a repository's folder: its tasks' output files, or those of the task's own folder. */
@Plugin
@Getter
public class PushExecutionFiles extends PushTask<PushExecutionFiles.Output> {
    public Property<String> gitDirectory = Property.ofValue("_outputs");
    public Object files;
    public Object filesMap;
    public Property<Boolean> errorOnMissing = Property.ofValue(false);

    @Builder
    public PushExecutionFiles() {
    }

    @Override
    protected Object globs() {
        return files;
    }

    @Override
    protected String defaultMessage(RunContext runContext, Values values) throws Exception {
        return runContext.render("Add files from execution {{ execution.id }}");
    }

    @Override
    protected Map<String, Callable<InputStream>> files(List<String> globs, RunContext runContext, Values values)
        throws Exception {
        if (filesMap != null) {
            return ofMap(values.get("filesMap", Object.class), runContext);
        }
        Map<String, Callable<InputStream>> found = Map.of();
        if (globs != null && !globs.isEmpty()) {
            found = ofFolder(globs, runContext);
        }
        if (found.isEmpty()) {
            found = ofTasks(globs, runContext);
        }
        if (found.isEmpty()) {
            String message = globs == null
                ? "No output files found in this execution."
                : "No files matched the provided patterns: " + globs;
            if (values.flag("errorOnMissing")) {
                throw new TaskFailure(message);
            }
            runContext.logger().warn("{}", message);
        }
        return found;
    }

    /** Files of the internal storage, by names of one's own; as a map, or as JSON of one. */
    private static Map<String, Callable<InputStream>> ofMap(Object names, RunContext runContext) throws Exception {
        Map<?, ?> addresses = names instanceof String text
            ? JacksonMapper.ofJson().readValue(text, Map.class)
            : (Map<?, ?>) names;
        var files = new LinkedHashMap<String, Callable<InputStream>>();
        addresses.forEach((name, address) -> files.put(name.toString(), stored(address, runContext)));
        return files;
    }

    private static Callable<InputStream> stored(Object address, RunContext runContext) {
        return () -> runContext.storage().getFile(URI.create(address.toString()));
    }

    /** Files of the folder that the task shares with others, but for what was cloned to it. */
    private static Map<String, Callable<InputStream>> ofFolder(List<String> globs, RunContext runContext) throws IOException {
        Path folder = runContext.workingDir().path();
        var files = new LinkedHashMap<String, Callable<InputStream>>();
        try (Git git = Git.open(folder.toFile())) {
            DirCache cloned = git.getRepository().readDirCache();
            for (Path file : runContext.workingDir().findAllFilesMatching(globs)) {
                Path name = folder.relativize(file);
                if (!name.startsWith(".git") && cloned.getEntry(name.toString()) == null) {
                    files.put(name.toString(), () -> Files.newInputStream(file));
                }
            }
        }
        return files;
    }

    /** The output files of the tasks before. */
    private static Map<String, Callable<InputStream>> ofTasks(List<String> globs, RunContext runContext) throws TaskFailure {
        var files = new LinkedHashMap<String, Callable<InputStream>>();
        if (runContext.getVariables().get("outputs") instanceof Map<?, ?> tasks) {
            for (Object task : tasks.values()) {
                if (task instanceof Map<?, ?> outputs && outputs.get("outputFiles") instanceof Map<?, ?> addresses) {
                    for (var file : addresses.entrySet()) {
                        String name = file.getKey().toString();
                        if (isMeant(name, globs) && files.put(name, stored(file.getValue(), runContext)) != null) {
                            throw new TaskFailure("Several tasks have an output file '" + name + "': name them in `filesMap`.");
                        }
                    }
                }
            }
        }
        return files;
    }

    /** Whether a pattern fits a name; a star stands for slashes too. */
    private static boolean isMeant(String name, List<String> globs) {
        return globs == null || globs.stream().anyMatch(glob -> name.matches(
            Arrays.stream(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"))));
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
