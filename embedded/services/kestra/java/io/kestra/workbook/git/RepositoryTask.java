package io.kestra.workbook.git;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.Output;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.Values;
import java.nio.file.Path;
import lombok.Getter;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.Constants;

/** A task that works with a clone of a branch, which it names `branch`. */
@Getter
public abstract class RepositoryTask<O extends Output> extends GitTask<O> {
    public Property<Boolean> cloneSubmodules;
    public Property<Boolean> dryRun = Property.ofValue(false);

    /** Clones the branch to the task's folder, or makes it if the repository does not have it. */
    protected static Git clone(RunContext runContext, GitAccess access, Values values) throws Exception {
        String branch = values.text("branch");
        boolean exists = access.prepare(Git.lsRemoteRepository()).setRemote(access.url()).callAsMap()
            .containsKey(Constants.R_HEADS + branch);
        boolean submodules = values.find("cloneSubmodules", Boolean.class).orElse(false);
        Path folder = runContext.workingDir().path();
        Git git = new GitClone(runContext, access, CloneRequest.ofBranch(exists ? branch : null, submodules)).into(folder);
        if (!exists) {
            runContext.logger().info("Branch {} does not exist, creating it", branch);
            if (git.getRepository().resolve(Constants.HEAD) != null) {
                git.checkout().setName(branch).setCreateBranch(true).call();
            }
        }
        return git;
    }
}
