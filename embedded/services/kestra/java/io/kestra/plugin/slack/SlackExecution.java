package io.kestra.plugin.slack;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.plugins.notifications.ExecutionInterface;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.ExecutionFacts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;

/** Posts a message on an execution: what it was, how it ended, and where it is shown. */
@Plugin(aliases = "io.kestra.plugin.notifications.slack.SlackExecution")
@Getter
public class SlackExecution extends SlackTask implements ExecutionInterface {
    private static final Map<String, String> COLORS = Map.of("SUCCESS", "good", "WARNING", "warning");

    public Property<String> channel;
    public Property<String> username;
    public Property<String> iconUrl;
    public Property<String> iconEmoji;
    public Property<String> executionId = Property.ofExpression("{{ execution.id }}");
    public Property<Map<String, Object>> customFields;
    public Property<String> customMessage;

    @Builder
    public SlackExecution() {
    }

    @Override
    protected Object message(RunContext runContext) throws Exception {
        var facts = ExecutionFacts.of(runContext, this);
        var message = new LinkedHashMap<String, Object>();
        String text = title(facts) + "\n> " + facts.summary("`");
        message.put("text", text);
        message.put("blocks", blocks(facts, text));
        message.put("attachments", List.of(Map.of(
            "color", COLORS.getOrDefault(facts.state(), "danger"),
            "fields", fields(facts),
            "ts", facts.start().getEpochSecond())));
        put(message, "channel", runContext.render(channel).as(String.class).orElse(null));
        put(message, "username", runContext.render(username).as(String.class).orElse(null));
        put(message, "icon_url", runContext.render(iconUrl).as(String.class).orElse(null));
        put(message, "icon_emoji", runContext.render(iconEmoji).as(String.class).orElse(null));
        return message;
    }

    private static void put(Map<String, Object> message, String name, String value) {
        if (value != null) {
            message.put(name, value);
        }
    }

    private static String title(ExecutionFacts facts) {
        String title = "[%s] %s ➛ %s".formatted(facts.of("namespace"), facts.of("flowId"), facts.state());
        return facts.link() == null ? "*" + title + "*" : "*<" + facts.link() + "|" + title + ">*";
    }

    private static List<Map<String, Object>> blocks(ExecutionFacts facts, String text) {
        var blocks = new ArrayList<Map<String, Object>>();
        if (facts.message() != null) {
            blocks.add(section(facts.message()));
        }
        Map<String, Object> summary = section(text);
        if (facts.link() != null) {
            summary.put("accessory", Map.of(
                "type", "button", "text", Map.of("type", "plain_text", "text", "Details"), "url", facts.link()));
        }
        blocks.add(summary);
        return blocks;
    }

    private static Map<String, Object> section(String text) {
        return new LinkedHashMap<>(Map.of("type", "section", "text", Map.of("type", "mrkdwn", "text", text)));
    }

    private static List<Map<String, Object>> fields(ExecutionFacts facts) {
        var fields = new ArrayList<Map<String, Object>>();
        fields.add(field("Namespace", facts.of("namespace")));
        fields.add(field("Flow ID", facts.of("flowId")));
        fields.add(field("Execution ID", facts.of("id")));
        fields.add(field("Execution Status", facts.state()));
        facts.fields().forEach((name, value) -> fields.add(field(name.toString(), value)));
        if (facts.lastTask() != null) {
            fields.add(field("Final task ID", facts.lastTask()));
        }
        return fields;
    }

    private static Map<String, Object> field(String title, Object value) {
        return Map.of("title", title, "value", String.valueOf(value), "short", true);
    }
}
