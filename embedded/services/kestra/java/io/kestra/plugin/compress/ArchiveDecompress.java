package io.kestra.plugin.compress;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.executions.metrics.Counter;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.InterruptibleTask;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import jakarta.validation.constraints.NotNull;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;
import lombok.RequiredArgsConstructor;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;

/** Stores each file of an archive. */
@Plugin
@Getter
public class ArchiveDecompress extends InterruptibleTask<ArchiveDecompress.Output> {
    @NotNull
    public Property<String> from;
    @NotNull
    public Property<ArchiveAlgorithm> algorithm;
    public Property<CompressionAlgorithm> compression;

    @Builder
    public ArchiveDecompress() {
    }

    @Override
    protected Output work(RunContext runContext, Values values) throws Exception {
        Packed packed = Packed.of(runContext, values);
        var compression = values.find("compression", CompressionAlgorithm.class);
        try (
            InputStream stream = compression.isPresent() ? compression.get().decompress(packed.open()) : packed.open();
            var archive = values.get("algorithm", ArchiveAlgorithm.class).open(stream)
        ) {
            Map<String, URI> files = unpack(archive, packed.sizes(), runContext);
            runContext.metric(Counter.of("size", packed.sizes().written()));
            runContext.metric(Counter.of("count", files.size()));
            return new Output(files);
        }
    }

    private static Map<String, URI> unpack(
        ArchiveInputStream<? extends ArchiveEntry> archive, Sizes sizes, RunContext runContext) throws Exception {
        var files = new LinkedHashMap<String, URI>();
        for (ArchiveEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
            EntryNames.check(entry);
            if (!archive.canReadEntryData(entry)) {
                throw new TaskFailure("Unable to read entry '" + entry.getName() + "'");
            }
            if (!entry.isDirectory()) {
                if (files.size() == Sizes.MOST_ENTRIES) {
                    throw new TaskFailure("The archive has more than " + Sizes.MOST_ENTRIES + " files.");
                }
                files.put(entry.getName(), store(entry, archive, sizes, runContext));
            }
        }
        return files;
    }

    private static URI store(ArchiveEntry entry, InputStream content, Sizes sizes, RunContext runContext) throws Exception {
        Path file = runContext.workingDir().createTempFile();
        try (OutputStream target = Files.newOutputStream(file)) {
            sizes.copy(content, target);
        }
        Path name = Path.of(entry.getName().replace(' ', '_')).getFileName();
        return runContext.storage().putFile(file.toFile(), name.toString());
    }

    /** The stored files, by their names in the archive. */
    @Getter
    @RequiredArgsConstructor
    public static class Output implements io.kestra.core.models.tasks.Output {
        private final Map<String, URI> files;
    }
}
