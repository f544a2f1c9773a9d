package io.kestra.workbook.http;

import io.kestra.core.http.HttpRequest;
import io.kestra.core.http.client.configurations.HttpConfiguration;
import io.kestra.core.http.client.configurations.TimeoutConfiguration;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import lombok.Getter;

/** How a notification's request is made. */
@Getter
public class RequestOptions {
    public Property<Duration> connectTimeout;
    public Property<Duration> readTimeout;
    public Property<Duration> readIdleTimeout = Property.ofValue(Duration.ofMinutes(5));
    /** A notification's connection is closed with its answer, whatever this says. */
    public Property<Duration> connectionPoolIdleTimeout = Property.ofValue(Duration.ZERO);
    public Property<Integer> maxContentLength = Property.ofValue(10 << 20);
    public Property<Charset> defaultCharset = Property.ofValue(StandardCharsets.UTF_8);
    public Property<Map<String, String>> headers;

    /** The client's configuration; of the two times for reading, one that the flow writes counts before the default. */
    public HttpConfiguration configuration() {
        return HttpConfiguration.builder()
            .timeout(TimeoutConfiguration.builder()
                .connectTimeout(connectTimeout)
                .readIdleTimeout(readTimeout == null ? readIdleTimeout : readTimeout)
                .build())
            .defaultCharset(defaultCharset)
            .build();
    }

    public void addHeaders(HttpRequest.HttpRequestBuilder request, RunContext runContext) throws Exception {
        runContext.render(headers).asMap(String.class, String.class).forEach(request::addHeader);
    }

    /** Refuses an answer that is longer than allowed. */
    public void check(String body, RunContext runContext) throws Exception {
        int most = runContext.render(maxContentLength).as(Integer.class).orElse(Integer.MAX_VALUE);
        if (body != null && body.length() > most) {
            throw new IllegalArgumentException("The answer has %d characters, `maxContentLength` allows %d".formatted(body.length(), most));
        }
    }
}
