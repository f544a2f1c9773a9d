package io.kestra.workbook.files;

import io.kestra.core.models.executions.metrics.Counter;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.InterruptibleTask;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import jakarta.validation.constraints.NotNull;
import java.io.BufferedInputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import lombok.Getter;

/** A task that makes a file of another one. */
@Getter
public abstract class ConversionTask extends InterruptibleTask<ConvertedFile> {
    protected static final int BUFFER_BYTES = 1 << 16;

    @NotNull
    public Property<String> from;

    protected static InputStream open(RunContext runContext, Values values) throws IOException, TaskFailure {
        return new BufferedInputStream(runContext.storage().getFile(URI.create(values.text("from"))), BUFFER_BYTES);
    }

    /** Writes text in the task's charset; for what that does not have stands a question mark. */
    protected static Writer writer(Path file, Values values) throws IOException, TaskFailure {
        Charset charset = Charset.forName(values.text("charset"));
        return new BufferedWriter(new OutputStreamWriter(Files.newOutputStream(file), charset), BUFFER_BYTES);
    }

    protected static ConvertedFile store(RunContext runContext, Path file, long records) throws IOException {
        runContext.metric(Counter.of("records", records));
        return new ConvertedFile(runContext.storage().putFile(file.toFile()), records);
    }
}
