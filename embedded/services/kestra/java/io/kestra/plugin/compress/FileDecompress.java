package io.kestra.plugin.compress;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.InterruptibleTask;
import io.kestra.workbook.Values;
import jakarta.validation.constraints.NotNull;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import lombok.Builder;
import lombok.Getter;

/** Decompresses one file. */
@Plugin
@Getter
public class FileDecompress extends InterruptibleTask<FileOutput> {
    @NotNull
    public Property<String> from;
    @NotNull
    public Property<CompressionAlgorithm> compression;

    @Builder
    public FileDecompress() {
    }

    @Override
    protected FileOutput work(RunContext runContext, Values values) throws Exception {
        Packed packed = Packed.of(runContext, values);
        Path file = runContext.workingDir().createTempFile();
        try (
            InputStream source = values.get("compression", CompressionAlgorithm.class).decompress(packed.open());
            OutputStream target = Files.newOutputStream(file)
        ) {
            packed.sizes().copy(source, target);
        }
        return FileOutput.of(runContext, file);
    }
}
