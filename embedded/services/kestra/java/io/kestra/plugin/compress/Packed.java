package io.kestra.plugin.compress;

import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The packed file of a task, and how much of it may be unpacked. */
record Packed(Path file, Sizes sizes) {
    static Packed of(RunContext runContext, Values values) throws IOException, TaskFailure {
        Path file = runContext.workingDir().createTempFile();
        try (InputStream stream = runContext.storage().getFile(URI.create(values.text("from")))) {
            Files.copy(stream, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return new Packed(file, new Sizes(Files.size(file), file.getParent()));
    }

    InputStream open() throws IOException {
        return new BufferedInputStream(Files.newInputStream(file));
    }
}
