package io.kestra.workbook.git;

/** What of a repository is cloned, and what of it is checked out; null stands for what is not asked for. */
public record CloneRequest(
    String branch, Integer depth, String commit, String tag, boolean allBranches, boolean noTags, boolean submodules) {
    public CloneRequest {
        if (!allBranches && (branch == null || branch.isBlank())) {
            throw new IllegalArgumentException(
                "Invalid clone configuration: when `cloneAllBranches` is false, `branch` must be set.");
        }
        if (tag != null && noTags) {
            throw new IllegalArgumentException("Invalid clone configuration: `tag` cannot be used with `noTags: true`.");
        }
    }

    /** All of a branch that its last commit needs. */
    public static CloneRequest ofBranch(String branch, boolean submodules) {
        return new CloneRequest(branch, 1, null, null, true, false, submodules);
    }

    /** How many commits are fetched; of a commit or a tag it is not known how far back it is. */
    Integer fetchedDepth() {
        return commit == null && tag == null ? depth : null;
    }

    String shortBranch() {
        return branch == null ? null : branch.replaceFirst("^refs/heads/", "");
    }
}
