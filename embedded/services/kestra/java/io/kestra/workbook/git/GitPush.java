package io.kestra.workbook.git;

import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
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

/** Commits what is staged in a clone, and pushes it, as a task's properties say. */
final class GitPush {
    private final Git git;
    private final GitAccess access;
    private final RunContext runContext;
    private final Values values;

    GitPush(Git git, GitAccess access, RunContext runContext, Values values) {
        this.git = git;
        this.access = access;
        this.runContext = runContext;
        this.values = values;
    }

    /** A commit and its page; null stands for nothing. */
    record Pushed(String commitId, String commitURL) {
        static final Pushed NOTHING = new Pushed(null, null);
    }

    /** How many lines of a file are to be committed. */
    record ChangedFile(String name, int added, int removed, int changed) {
    }

    /** What is staged, by name. */
    List<ChangedFile> staged() throws Exception {
        var command = git.diff().setCached(true);
        if (git.getRepository().resolve(Constants.HEAD) == null) {
            command.setOldTree(new EmptyTreeIterator());
        }
        var files = new ArrayList<ChangedFile>();
        try (var formatter = new DiffFormatter(new ByteArrayOutputStream())) {
            formatter.setRepository(git.getRepository());
            for (DiffEntry entry : command.call()) {
                files.add(changed(entry, formatter));
            }
        }
        files.sort(Comparator.comparing(ChangedFile::name));
        return files;
    }

    private static ChangedFile changed(DiffEntry entry, DiffFormatter formatter) throws IOException {
        int added = 0;
        int removed = 0;
        int changed = 0;
        for (Edit edit : formatter.toFileHeader(entry).toEditList()) {
            int more = edit.getLengthB() - edit.getLengthA();
            added += Math.max(more, 0);
            removed += Math.max(-more, 0);
            changed += more == 0 ? edit.getLengthB() : 0;
        }
        boolean gone = entry.getChangeType() == DiffEntry.ChangeType.DELETE;
        return new ChangedFile(gone ? entry.getOldPath() : entry.getNewPath(), added, removed, changed);
    }

    /** Commits and pushes, unless it is a dry run or nothing is staged. */
    Pushed push(String message) throws Exception {
        String branch = values.text("branch");
        if (values.flag("dryRun")) {
            runContext.logger().info("Dry run: nothing is pushed to {}", publicUrl(access.url()));
            return Pushed.NOTHING;
        }
        if (git.status().call().isClean()) {
            runContext.logger().info("No changes to commit. Skipping push.");
            return Pushed.NOTHING;
        }
        boolean first = git.getRepository().resolve(Constants.HEAD) == null;
        RevCommit commit = commit(message);
        if (first && !git.getRepository().getBranch().equals(branch)) {
            git.branchRename().setNewName(branch).call();
        }
        String ref = Constants.R_HEADS + branch;
        for (PushResult result : access.prepare(git.push()).setRefSpecs(new RefSpec(ref + ":" + ref)).call()) {
            check(result);
        }
        String url = commitUrl(publicUrl(access.url()), branch, commit.getName());
        runContext.logger().info("Pushed to {}", url);
        return new Pushed(commit.getName(), url);
    }

    private RevCommit commit(String message) throws Exception {
        var command = git.commit().setMessage(message);
        var name = values.find("authorName", String.class).or(() -> values.find("username", String.class));
        var email = values.find("authorEmail", String.class);
        if (name.isPresent() && email.isPresent()) {
            var author = new PersonIdent(name.get(), email.get());
            command.setAuthor(author).setCommitter(author);
        }
        return command.call();
    }

    private static void check(PushResult result) throws TaskFailure {
        for (RemoteRefUpdate update : result.getRemoteUpdates()) {
            if (update.getStatus().name().startsWith("REJECTED")) {
                throw new TaskFailure("The push was refused (" + update.getStatus() + "): " + result.getMessages()
                    + (update.getMessage() == null ? "" : update.getMessage()));
            }
        }
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
}
