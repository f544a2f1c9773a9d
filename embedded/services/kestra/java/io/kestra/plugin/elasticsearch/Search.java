package io.kestra.plugin.elasticsearch;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.common.FetchType;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import lombok.Builder;
import lombok.Getter;

/** Searches, and fetches or stores the hits. */
@Plugin
@Getter
public class Search extends ElasticsearchTask {
    public Property<List<String>> indexes;
    @NotNull
    public Object request;
    public Property<String> contentType;
    public Property<FetchType> fetchType = Property.ofValue(FetchType.FETCH);

    @Builder
    public Search() {
    }
}
