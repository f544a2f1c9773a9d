package io.kestra.plugin.compress;

import io.kestra.core.models.tasks.Output;
import io.kestra.core.runners.RunContext;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import lombok.Getter;
import lombok.RequiredArgsConstructor;

/** The file that a task has made. */
@Getter
@RequiredArgsConstructor
public class FileOutput implements Output {
    private final URI uri;

    static FileOutput of(RunContext runContext, Path file) throws IOException {
        return new FileOutput(runContext.storage().putFile(file.toFile()));
    }
}
