package io.kestra.plugin.slack;

import io.kestra.core.http.HttpRequest;
import io.kestra.core.http.HttpResponse;
import io.kestra.core.http.client.HttpClient;
import io.kestra.core.models.annotations.PluginProperty;
import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.models.tasks.Task;
import io.kestra.core.models.tasks.VoidOutput;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.http.RequestOptions;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import java.net.URI;
import lombok.Getter;

/** A task that posts a message to the address of an incoming webhook. */
@Getter
public abstract class SlackTask extends Task implements RunnableTask<VoidOutput> {
    @PluginProperty(dynamic = true)
    @NotEmpty
    public String url;
    @Valid
    @PluginProperty(dynamic = true)
    public RequestOptions options;

    /** The message, as it becomes JSON. */
    protected abstract Object message(RunContext runContext) throws Exception;

    @Override
    public VoidOutput run(RunContext runContext) throws Exception {
        Object message = message(runContext);
        runContext.logger().debug("Send Slack webhook: {}", message);
        RequestOptions how = options == null ? new RequestOptions() : options;
        HttpRequest.HttpRequestBuilder request = HttpRequest.builder();
        how.addHeaders(request, runContext);
        request.addHeader("Content-Type", "application/json")
            .uri(URI.create(runContext.render(url)))
            .method("POST")
            .body(HttpRequest.JsonRequestBody.builder().content(message).build());
        try (var client = new HttpClient(runContext, how.configuration())) {
            HttpResponse<String> answer = client.request(request.build(), String.class);
            how.check(answer.getBody(), runContext);
            runContext.logger().debug("Response: {}", answer.getBody());
            if (answer.getStatus().getCode() == 200) {
                runContext.logger().info("Request succeeded");
            }
        }
        return null;
    }
}
