package io.kestra.workbook.git;

import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jgit.api.CloneCommand;
import org.eclipse.jgit.api.FetchCommand;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.util.SystemReader;

/** Clones a repository to a folder; into one that has files already, its content is put beside them. */
public final class GitClone {
    private static final RefSpec ALL_BRANCHES = new RefSpec("+refs/heads/*:refs/remotes/origin/*");
    private static final RefSpec ALL_TAGS = new RefSpec("+refs/tags/*:refs/tags/*");

    private final RunContext runContext;
    private final GitAccess access;
    private final CloneRequest request;

    public GitClone(RunContext runContext, GitAccess access, CloneRequest request) {
        this.runContext = runContext;
        this.access = access;
        this.request = request;
    }

    /** Clones; the repository is to be closed by the caller. */
    public Git into(Path folder) throws Exception {
        runContext.logger().info("Start cloning from '{}'", access.url());
        // A collection in the background makes a lock file, which may go while a task lists its output files.
        SystemReader.getInstance().getSystemConfig()
            .setBoolean(ConfigConstants.CONFIG_GC_SECTION, null, ConfigConstants.CONFIG_KEY_AUTODETACH, false);
        boolean filled = hasFiles(folder);
        Git git = filled ? fetched(folder) : cloned(folder);
        try {
            access.configure(git.getRepository().getConfig(), runContext);
            checkOut(git, filled);
            return git;
        } catch (Exception problem) {
            git.close();
            throw problem;
        }
    }

    private static boolean hasFiles(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isPresent();
        }
    }

    private Git cloned(Path folder) throws Exception {
        Files.createDirectories(folder);
        CloneCommand clone = access.prepare(Git.cloneRepository())
            .setURI(access.url())
            .setDirectory(folder.toFile())
            .setCloneAllBranches(request.allBranches())
            .setCloneSubmodules(request.submodules());
        if (!request.allBranches()) {
            clone.setBranchesToClone(List.of(Constants.R_HEADS + request.shortBranch()));
        }
        if (request.noTags()) {
            clone.setNoTags();
        }
        if (request.fetchedDepth() != null) {
            clone.setDepth(request.fetchedDepth());
        }
        if (request.branch() != null && request.commit() == null && request.tag() == null) {
            clone.setBranch(request.branch());
        }
        return clone.call();
    }

    private Git fetched(Path folder) throws Exception {
        Git git = Git.init().setDirectory(folder.toFile()).call();
        git.remoteAdd().setName("origin").setUri(new URIish(access.url())).call();
        List<RefSpec> wanted = new ArrayList<>();
        String branch = request.shortBranch();
        wanted.add(request.allBranches()
            ? ALL_BRANCHES
            : new RefSpec("+refs/heads/" + branch + ":refs/remotes/origin/" + branch));
        FetchCommand fetch = access.prepare(git.fetch()).setRemote("origin");
        if (request.noTags()) {
            fetch.setTagOpt(TagOpt.NO_TAGS);
        } else {
            wanted.add(ALL_TAGS);
        }
        if (request.fetchedDepth() != null) {
            fetch.setDepth(request.fetchedDepth());
        }
        fetch.setRefSpecs(wanted).call();
        return git;
    }

    private void checkOut(Git git, boolean filled) throws Exception {
        if (request.commit() != null) {
            checkOutCommit(git, "Failed to checkout commit " + request.commit() + ": ");
        } else if (request.tag() != null) {
            ObjectId commit = git.getRepository().resolve(Constants.R_TAGS + request.tag() + "^{commit}");
            checkOut(git, commit, "Cannot resolve tag: " + request.tag());
        } else if (filled) {
            checkOutBranch(git);
        } else if (request.branch() != null && !request.shortBranch().equals(git.getRepository().getBranch())) {
            git.checkout().setName(request.branch()).call();
        }
        if (filled && request.submodules()) {
            git.submoduleInit().call();
            access.prepare(git.submoduleUpdate()).call();
        }
    }

    private void checkOutCommit(Git git, String failure) throws Exception {
        try {
            checkOut(git, git.getRepository().resolve(request.commit() + "^{commit}"), failure + "Cannot resolve commit SHA");
        } catch (MissingObjectException problem) {
            throw new TaskFailure(failure + problem.getMessage());
        }
    }

    private static void checkOut(Git git, ObjectId commit, String otherwise) throws GitAPIException, TaskFailure {
        if (commit == null) {
            throw new TaskFailure(otherwise);
        }
        git.checkout().setName(commit.name()).call();
    }

    private void checkOutBranch(Git git) throws Exception {
        String branch = request.branch() == null ? defaultBranch() : request.shortBranch();
        git.checkout().setName(branch).setCreateBranch(true).setStartPoint("origin/" + branch).call();
    }

    /** The branch that the repository's HEAD names. */
    private String defaultBranch() throws Exception {
        Ref head = access.prepare(Git.lsRemoteRepository()).setRemote(access.url()).callAsMap().get(Constants.HEAD);
        if (head == null || !head.isSymbolic()) {
            throw new TaskFailure("Cannot determine the default branch. Please specify the 'branch' property explicitly.");
        }
        return head.getTarget().getName().substring(Constants.R_HEADS.length());
    }
}
