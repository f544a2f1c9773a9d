package io.kestra.plugin.compress;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.InterruptibleTask;
import io.kestra.workbook.Values;
import jakarta.validation.constraints.NotNull;
import java.io.BufferedOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import lombok.Builder;
import lombok.Getter;

/** Compresses one file. */
@Plugin
@Getter
public class FileCompress extends InterruptibleTask<FileOutput> {
    @NotNull
    public Property<String> from;
    @NotNull
    public Property<CompressionAlgorithm> compression;

    @Builder
    public FileCompress() {
    }

    @Override
    protected FileOutput work(RunContext runContext, Values values) throws Exception {
        Path file = runContext.workingDir().createTempFile();
        var algorithm = values.get("compression", CompressionAlgorithm.class);
        try (
            InputStream source = runContext.storage().getFile(URI.create(values.text("from")));
            OutputStream target = algorithm.compress(new BufferedOutputStream(Files.newOutputStream(file)))
        ) {
            Streams.copy(source, target);
        }
        return FileOutput.of(runContext, file);
    }
}
