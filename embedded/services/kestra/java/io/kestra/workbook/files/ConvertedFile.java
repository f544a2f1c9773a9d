package io.kestra.workbook.files;

import io.kestra.core.models.tasks.Output;
import java.net.URI;
import lombok.Getter;
import lombok.RequiredArgsConstructor;

/** A file that a task has made of another, and how many records it has. */
@Getter
@RequiredArgsConstructor
public class ConvertedFile implements Output {
    private final URI uri;
    private final long size;
}
