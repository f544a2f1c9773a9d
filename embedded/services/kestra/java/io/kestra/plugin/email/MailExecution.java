package io.kestra.plugin.email;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.plugins.notifications.ExecutionInterface;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.ExecutionFacts;
import java.util.LinkedHashMap;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;

/** Sends an email on an execution: what it was, how it ended, and where it is shown. */
@Plugin(aliases = "io.kestra.plugin.notifications.mail.MailExecution")
@Getter
public class MailExecution extends MailTask implements ExecutionInterface {
    public Property<String> executionId = Property.ofExpression("{{ execution.id }}");
    public Property<Map<String, Object>> customFields;
    public Property<String> customMessage;

    @Builder
    public MailExecution() {
    }

    /** The body gets the facts as one more property. */
    @Override
    protected Map<String, Object> values(RunContext runContext) throws Exception {
        var facts = ExecutionFacts.of(runContext, this);
        var rows = new LinkedHashMap<String, Object>();
        rows.put("Namespace", facts.of("namespace"));
        rows.put("Flow ID", facts.of("flowId"));
        rows.put("Execution ID", facts.of("id"));
        rows.put("Execution Status", facts.state());
        if (facts.lastTask() != null) {
            rows.put("Final task ID", facts.lastTask());
        }
        facts.fields().forEach((name, value) -> rows.put(name.toString(), value));
        var execution = new LinkedHashMap<String, Object>();
        execution.put("title", "[%s] %s ➛ %s".formatted(facts.of("namespace"), facts.of("flowId"), facts.state()));
        execution.put("state", facts.state());
        execution.put("message", facts.message());
        execution.put("summary", facts.summary(""));
        execution.put("link", facts.link());
        execution.put("rows", rows);
        return Map.of("execution", execution);
    }
}
