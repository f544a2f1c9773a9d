package io.kestra.plugin.elasticsearch;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.PropertyGroup;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import lombok.Getter;

/** Where the cluster is, and how to get in. */
@Getter
public class ElasticsearchConnection implements PropertyGroup {
    @NotNull
    public Property<List<String>> hosts;
    @Valid
    public BasicAuth basicAuth;
    public Property<List<String>> headers;
    public Property<String> pathPrefix;
    public Property<Boolean> strictDeprecationMode;
    public Property<Boolean> trustAllSsl;
    public Property<Integer> targetServerVersion = Property.ofValue(8);

    /** A name and a password. */
    public static class BasicAuth implements PropertyGroup {
        public Property<String> username;
        public Property<String> password;
    }
}
