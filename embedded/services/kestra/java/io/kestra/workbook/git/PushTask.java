package io.kestra.workbook.git;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.Output;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.FileSerde;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.core.utils.KestraIgnore;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lombok.Getter;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.diff.DiffEntry;
import org.eclipse.jgit.diff.DiffFormatter;
import org.eclipse.jgit.diff.Edit;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;

/** A task that brings files of Kestra into a folder of a repository. */
@Getter
public abstract class PushTask<O extends Output> extends BranchTask<O> {
    public Property<String> commitMessage;
    public Property<String> authorEmail;
    public Property<String> authorName;
    public Property<Boolean> delete = Property.ofValue(true);

    /** What was pushed; null stands for nothing. */
    protected record Pushed(String commitId, String commitURL, URI diff) {
    }

    /** The files for the folder, by their names in it. */
    protected abstract Map<String, Callable<InputStream>> files(List<String> globs, RunContext runContext, Values values)
        throws Exception;

    /** Which of the files are meant: a text, a list, or null for all. */
    protected abstract Object globs();

    protected abstract String defaultMessage(Values values) throws TaskFailure;

    protected abstract O output(Pushed pushed);

    @Override
    protected O work(RunContext runContext, Values values) throws Exception {
        var access = new GitAccess(values);
        try (Git git = clone(runContext, access, values)) {
            Path folder = Files.createDirectories(runContext.workingDir().resolve(Path.of(values.text("gitDirectory"))));
            List<String> globs = globs(globs(), runContext);
            Map<String, Callable<InputStream>> files = files(globs, runContext, values);
            Set<Path> kept = write(files, folder);
            if (values.flag("delete")) {
                remove(git, folder, kept, globs);
            }
            if (kept.isEmpty()) {
                runContext.logger().info("No content to push - skipping Git operations.");
                return output(new Pushed(null, null, null));
            }
            for (Path file : kept) {
                git.add().addFilepattern(name(git, file)).call();
            }
            URI diff = diff(git, runContext);
            return output(commit(git, diff, access, runContext, values));
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
            Path path = folder.resolve(file.getKey());
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

    private Pushed commit(Git git, URI diff, GitAccess access, RunContext runContext, Values values) throws Exception {
        String branch = values.text("branch");
        if (values.flag("dryRun")) {
            runContext.logger().info("Dry run: nothing is pushed to {}", publicUrl(access.url()));
            return new Pushed(null, null, diff);
        }
        if (git.status().call().isClean()) {
            runContext.logger().info("No changes to commit. Skipping push.");
            return new Pushed(null, null, diff);
        }
        boolean first = git.getRepository().resolve(Constants.HEAD) == null;
        PersonIdent author = author(values);
        var command = git.commit().setMessage(values.find("commitMessage", String.class).orElse(defaultMessage(values)));
        if (author != null) {
            command.setAuthor(author).setCommitter(author);
        }
        RevCommit commit = command.call();
        if (first && !git.getRepository().getBranch().equals(branch)) {
            git.branchRename().setNewName(branch).call();
        }
        String ref = Constants.R_HEADS + branch;
        for (PushResult result : access.prepare(git.push()).setRefSpecs(new RefSpec(ref + ":" + ref)).call()) {
            check(result);
        }
        String url = commitUrl(publicUrl(access.url()), branch, commit.getName());
        runContext.logger().info("Pushed to {}", url);
        return new Pushed(commit.getName(), url, diff);
    }

    private static void check(PushResult result) throws TaskFailure {
        for (RemoteRefUpdate update : result.getRemoteUpdates()) {
            if (update.getStatus().name().startsWith("REJECTED")) {
                throw new TaskFailure("The push was refused (" + update.getStatus() + "): " + result.getMessages()
                    + (update.getMessage() == null ? "" : update.getMessage()));
            }
        }
    }

    private static PersonIdent author(Values values) {
        var name = values.find("authorName", String.class).or(() -> values.find("username", String.class));
        var email = values.find("authorEmail", String.class);
        return name.isPresent() && email.isPresent() ? new PersonIdent(name.get(), email.get()) : null;
    }

    /** The repository's address in a browser, without a log-in. */
    static String publicUrl(String url) {
        var ssh = Pattern.compile("git@(?:ssh\\.)?([^:]+):(?:v\\d*/)?(.*)").matcher(url);
        if (!ssh.matches()) {
            return url.replaceFirst("//[^/]*@", "//");
        }
        String path = ssh.group(1) + "/" + ssh.group(2);
        return "https://" + (path.contains("azure.com") ? path.replaceFirst("/([^/]*)$", "/_git/$1") : path);
    }

    static String commitUrl(String url, String branch, String commit) {
        String page = url.replaceFirst("\\.git$", "") + (url.contains("bitbucket.org") ? "/commits/" : "/commit/") + commit;
        return url.contains("azure.com") ? page + "?refName=refs%2Fheads%2F" + branch : page;
    }

    /** What is about to be committed, as rows of changed lines. */
    private static URI diff(Git git, RunContext runContext) throws Exception {
        Path file = runContext.workingDir().createTempFile(".ion");
        var command = git.diff().setCached(true);
        if (git.getRepository().resolve(Constants.HEAD) == null) {
            command.setOldTree(new EmptyTreeIterator());
        }
        try (
            var formatter = new DiffFormatter(new ByteArrayOutputStream());
            OutputStream stream = new BufferedOutputStream(Files.newOutputStream(file))
        ) {
            formatter.setRepository(git.getRepository());
            List<DiffEntry> entries = command.call().stream().sorted(Comparator.comparing(PushTask::path)).toList();
            for (DiffEntry entry : entries) {
                FileSerde.write(stream, row(entry, formatter));
            }
        }
        return runContext.storage().putFile(file.toFile());
    }

    private static Map<String, Object> row(DiffEntry entry, DiffFormatter formatter) throws IOException {
        int added = 0;
        int removed = 0;
        int changed = 0;
        for (Edit edit : formatter.toFileHeader(entry).toEditList()) {
            int more = edit.getLengthB() - edit.getLengthA();
            added += Math.max(more, 0);
            removed += Math.max(-more, 0);
            changed += more == 0 ? edit.getLengthB() : 0;
        }
        var row = new LinkedHashMap<String, Object>();
        row.put("file", path(entry));
        row.put("additions", "+" + added);
        row.put("deletions", "-" + removed);
        row.put("changes", Integer.toString(changed));
        return row;
    }

    private static String path(DiffEntry entry) {
        return entry.getChangeType() == DiffEntry.ChangeType.DELETE ? entry.getOldPath() : entry.getNewPath();
    }
}
