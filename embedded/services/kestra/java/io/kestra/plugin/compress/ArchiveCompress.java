package io.kestra.plugin.compress;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Data;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.property.URIFetcher;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.InterruptibleTask;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import jakarta.validation.constraints.NotNull;
import java.io.BufferedOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveOutputStream;

/** Makes an archive of files: a map of their names in the archive to their addresses, or several of these. */
@Plugin
@Getter
public class ArchiveCompress extends InterruptibleTask<FileOutput> {
    @NotNull
    public Object from;
    @NotNull
    public Property<ArchiveAlgorithm> algorithm;
    public Property<CompressionAlgorithm> compression;

    @Builder
    public ArchiveCompress() {
    }

    @Override
    protected FileOutput work(RunContext runContext, Values values) throws Exception {
        Path file = runContext.workingDir().createTempFile();
        var compression = values.find("compression", CompressionAlgorithm.class);
        try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(file))) {
            OutputStream packed = compression.isPresent() ? compression.get().compress(stream) : stream;
            try (var archive = values.get("algorithm", ArchiveAlgorithm.class).create(packed)) {
                for (Map<String, Object> files : Data.from(from).read(runContext).toIterable()) {
                    for (Map.Entry<String, Object> entry : files.entrySet()) {
                        add(archive, entry.getKey(), entry.getValue().toString(), runContext);
                    }
                }
                archive.finish();
            }
        }
        return FileOutput.of(runContext, file);
    }

    private static void add(ArchiveOutputStream<ArchiveEntry> archive, String name, String address, RunContext runContext)
        throws Exception {
        if (EntryNames.leaves(name)) {
            throw new TaskFailure("The name '" + name + "' leads out of the archive.");
        }
        Path copy = runContext.workingDir().createTempFile(); // an entry begins with its size
        try (InputStream source = URIFetcher.of(URI.create(address)).fetch(runContext)) {
            Files.copy(source, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        archive.putArchiveEntry(archive.createArchiveEntry(copy.toFile(), name));
        try (InputStream source = Files.newInputStream(copy)) {
            Streams.copy(source, archive);
        }
        archive.closeArchiveEntry();
        Files.delete(copy);
    }
}
