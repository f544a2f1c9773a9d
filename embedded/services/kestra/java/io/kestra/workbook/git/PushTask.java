package io.kestra.workbook.git;

import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.core.utils.KestraIgnore;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import io.kestra.workbook.git.GitPush.ChangedFile;
import io.kestra.workbook.git.GitPush.Pushed;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import lombok.Getter;
import lombok.RequiredArgsConstructor;
import org.eclipse.jgit.api.Git;

/** A task that brings files of Kestra into a folder of a repository. */
@Getter
public abstract class PushTask<O extends PushTask.Output> extends BranchTask<O> {
    public Property<String> commitMessage;
    public Property<String> authorEmail;
    public Property<String> authorName;
    public Property<Boolean> delete = Property.ofValue(true);

    /** The commit; null stands for none. */
    @Getter
    @RequiredArgsConstructor
    public abstract static class Output implements io.kestra.core.models.tasks.Output {
        private final String commitId;
        private final String commitURL;
    }

    /** The files for the folder, by their names in it. */
    protected abstract Map<String, Callable<InputStream>> files(List<String> globs, RunContext runContext, Values values)
        throws Exception;

    /** Which of the files are meant: a text, a list, or null for all. */
    protected abstract Object globs();

    protected abstract String defaultMessage(RunContext runContext, Values values) throws Exception;

    /** The outputs, with the file that tells what was changed. */
    protected abstract O output(String commitId, String commitURL, URI diff);

    @Override
    protected O work(RunContext runContext, Values values) throws Exception {
        var access = new GitAccess(values);
        List<String> globs = globs(globs(), runContext);
        try (Git git = clone(runContext, access, values)) {
            Path folder = Files.createDirectories(runContext.workingDir().resolve(Path.of(values.text("gitDirectory"))));
            Set<Path> kept = write(files(globs, runContext, values), folder);
            if (values.flag("delete")) {
                remove(git, folder, kept, globs);
            }
            if (kept.isEmpty()) {
                runContext.logger().info("No content to push - skipping Git operations.");
                return output(null, null, null);
            }
            for (Path file : kept) {
                git.add().addFilepattern(name(git, file)).call();
            }
            var push = new GitPush(git, access, runContext, values);
            URI diff = RowFile.store(push.staged().stream().map(PushTask::row).toList(), runContext);
            var message = values.find("commitMessage", String.class);
            Pushed pushed = push.push(message.isPresent() ? message.get() : defaultMessage(runContext, values));
            return output(pushed.commitId(), pushed.commitURL(), diff);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> globs(Object globs, RunContext runContext) throws Exception {
        if (globs == null) {
            return null;
        }
        if (globs instanceof List<?> list) {
            return runContext.render((List<String>) list);
        }
        String text = runContext.render(globs.toString());
        return text.strip().startsWith("[") ? JacksonMapper.ofJson().readValue(text, List.class) : List.of(text);
    }

    /** Writes the files but those that a .kestraignore names. */
    private static Set<Path> write(Map<String, Callable<InputStream>> files, Path folder) throws Exception {
        var kept = new TreeSet<Path>();
        for (var file : files.entrySet()) {
            Path path = folder.resolve(file.getKey()).normalize();
            if (!path.startsWith(folder)) {
                throw new TaskFailure("The name of the file '" + file.getKey() + "' leads out of the folder.");
            }
            Files.createDirectories(path.getParent());
            try (InputStream content = file.getValue().call()) {
                Files.copy(content, path, StandardCopyOption.REPLACE_EXISTING);
            }
            kept.add(path);
        }
        var ignored = new KestraIgnore(folder);
        kept.removeIf(path -> !path.endsWith(KestraIgnore.KESTRA_IGNORE_FILE_NAME)
            && ignored.isIgnoredFile(folder.relativize(path).toString(), false));
        return kept;
    }

    /** Removes what the folder has and Kestra does not. */
    private static void remove(Git git, Path folder, Set<Path> kept, List<String> globs) throws Exception {
        List<PathMatcher> matchers = globs == null ? List.of() : matchers(globs);
        for (Path file : GitFiles.of(folder, Integer.MAX_VALUE)) {
            String name = file.getFileName().toString();
            boolean meant = globs == null
                || Stream.of(name(git, file), name, name.replaceFirst("(?<=.)\\.[^.]*$", ""))
                    .anyMatch(candidate -> matches(matchers, candidate));
            if (Files.isRegularFile(file) && meant && !kept.contains(file)
                && !name.equals(KestraIgnore.KESTRA_IGNORE_FILE_NAME)) {
                git.rm().addFilepattern(name(git, file)).call();
            }
        }
    }

    protected static List<PathMatcher> matchers(List<String> globs) {
        return globs.stream().map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob)).toList();
    }

    protected static boolean matches(List<PathMatcher> matchers, String name) {
        return matchers.stream().anyMatch(matcher -> matcher.matches(Path.of(name)));
    }

    private static String name(Git git, Path file) {
        return git.getRepository().getWorkTree().toPath().relativize(file).toString().replace('\\', '/');
    }

    private static Map<String, Object> row(ChangedFile file) {
        var row = new LinkedHashMap<String, Object>();
        row.put("file", file.name());
        row.put("additions", "+" + file.added());
        row.put("deletions", "-" + file.removed());
        row.put("changes", Integer.toString(file.changed()));
        return row;
    }
}
