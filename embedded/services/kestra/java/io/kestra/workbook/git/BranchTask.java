package io.kestra.workbook.git;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.Output;
import lombok.Getter;

/** A task that works with a folder of a branch, which is `main` unless it says otherwise. */
@Getter
public abstract class BranchTask<O extends Output> extends RepositoryTask<O> {
    public Property<String> branch = Property.ofValue("main");
}
