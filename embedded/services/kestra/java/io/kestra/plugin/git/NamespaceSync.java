package io.kestra.plugin.git;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.workbook.git.NamespaceTask;
import java.net.URI;
import lombok.Builder;
import lombok.Getter;
import lombok.RequiredArgsConstructor;

/** Gives a namespace and a repository the same flows and files: what the one has, the other gets. */
@Plugin
@Getter
public class NamespaceSync extends NamespaceTask<NamespaceSync.Output> {
    @Builder
    public NamespaceSync() {
    }

    @Override
    protected Output output(URI diff, String commitId, String commitURL) {
        return new Output(diff, commitId, commitURL);
    }

    /** What was done, a row for each flow and file, and the commit. */
    @Getter
    @RequiredArgsConstructor
    public static class Output implements io.kestra.core.models.tasks.Output {
        private final URI diff;
        private final String commitId;
        private final String commitURL;
    }
}
