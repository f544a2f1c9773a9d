package io.kestra.plugin.git;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import io.kestra.workbook.git.FlowsOfKestra;
import io.kestra.workbook.git.PushTask;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lombok.Builder;
import lombok.Getter;

/** Brings the flows of a namespace into a repository's folder. */
@Plugin
@Getter
public class PushFlows extends PushTask<PushFlows.Output> {
    public Property<String> gitDirectory = Property.ofValue("_flows");
    public Property<String> sourceNamespace = Property.ofExpression("{{ flow.namespace }}");
    public Property<String> targetNamespace;
    public Object flows;
    public Property<Boolean> includeChildNamespaces = Property.ofValue(false);

    @Builder
    public PushFlows() {
    }

    @Override
    protected Object globs() {
        return flows;
    }

    @Override
    protected String defaultMessage(RunContext runContext, Values values) throws TaskFailure {
        return "Add flows from " + values.text("sourceNamespace") + " namespace";
    }

    @Override
    protected Map<String, Callable<InputStream>> files(List<String> globs, RunContext runContext, Values values)
        throws Exception {
        String source = values.text("sourceNamespace");
        String target = values.find("targetNamespace", String.class).orElse(source);
        var files = new LinkedHashMap<String, Callable<InputStream>>();
        for (FlowWithSource flow : new FlowsOfKestra(runContext).sources(source, values.flag("includeChildNamespaces"))) {
            if (globs == null || matches(matchers(globs), flow.getId())) {
                String below = flow.getNamespace().substring(source.length()).replace('.', '/');
                String text = renamed(flow.getSource(), source, target);
                files.put((below + "/" + flow.getId() + ".yml").substring(1),
                    () -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
            }
        }
        return files;
    }

    private static String renamed(String text, String source, String target) {
        return Pattern.compile("(?m)^(\\s*namespace:\\s*)" + Pattern.quote(source))
            .matcher(text)
            .replaceAll("$1" + Matcher.quoteReplacement(target));
    }

    @Override
    protected Output output(String commitId, String commitURL, URI diff) {
        return new Output(commitId, commitURL, diff);
    }

    /** The commit, and the changed lines of each flow. */
    @Getter
    public static class Output extends PushTask.Output {
        private final URI flows;

        Output(String commitId, String commitURL, URI flows) {
            super(commitId, commitURL);
            this.flows = flows;
        }
    }
}
