package io.kestra.plugin.slack;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import java.util.Map;
import java.util.regex.Pattern;
import lombok.Builder;
import lombok.Getter;

/** Posts a message that the flow writes. */
@Plugin(aliases = "io.kestra.plugin.notifications.slack.SlackIncomingWebhook")
@Getter
public class SlackIncomingWebhook extends SlackTask {
    private static final Pattern BOLD = Pattern.compile("\\*\\*(.*?)\\*\\*");
    private static final Pattern ITALIC = Pattern.compile("__(.*?)__");
    private static final Pattern LINK = Pattern.compile("\\[(.*?)]\\((.*?)\\)");

    public Property<String> payload;
    public Property<String> messageText;

    @Builder
    public SlackIncomingWebhook() {
    }

    @Override
    protected Object message(RunContext runContext) throws Exception {
        var json = runContext.render(payload).as(String.class);
        if (json.isPresent()) {
            return JacksonMapper.ofJson().readTree(json.get());
        }
        String text = runContext.render(messageText).as(String.class).orElseThrow(
            () -> new IllegalArgumentException("Either 'messageText' or 'payload' must be provided"));
        try {
            return JacksonMapper.ofJson().readTree(text);
        } catch (JsonProcessingException other) {
            return Map.of("text", markup(text));
        }
    }

    /** Markdown in Slack's own form. */
    private static String markup(String text) {
        String bold = BOLD.matcher(text).replaceAll("*$1*");
        return LINK.matcher(ITALIC.matcher(bold).replaceAll("_$1_")).replaceAll("<$2|$1>");
    }
}
