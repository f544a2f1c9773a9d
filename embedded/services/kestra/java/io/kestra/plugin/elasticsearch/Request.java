package io.kestra.plugin.elasticsearch;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;

/** Sends any request. */
@Plugin
@Getter
public class Request extends ElasticsearchTask {
    /** The methods of HTTP. */
    public enum HttpMethod {
        DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT
    }

    public Property<HttpMethod> method = Property.ofValue(HttpMethod.GET);
    @NotNull
    public Property<String> endpoint;
    public Property<Map<String, String>> parameters;
    public Object body;

    @Builder
    public Request() {
    }
}
