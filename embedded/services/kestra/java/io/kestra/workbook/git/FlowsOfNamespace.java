package io.kestra.workbook.git;

import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.runners.RunContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.io.IOUtils;

/** The flows that Kestra has in a namespace, by id. */
final class FlowsOfNamespace implements NamespaceSide {
    private static final Pattern NAMESPACE = Pattern.compile("(?m)^namespace:\\s*[\"']?([\\w.-]+)");

    private final FlowsOfKestra all;
    private final String namespace;
    private final Map<String, FlowWithSource> flows = new TreeMap<>();

    FlowsOfNamespace(String namespace, RunContext runContext) {
        this.all = new FlowsOfKestra(runContext);
        this.namespace = namespace;
        all.sources(namespace, false).forEach(flow -> flows.put(flow.getId(), flow));
    }

    @Override
    public Set<String> names() {
        return flows.keySet();
    }

    @Override
    public InputStream open(String name) {
        return new ByteArrayInputStream(flows.get(name).getSource().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String problems(String name, InputStream content) throws IOException {
        String source = IOUtils.toString(content, StandardCharsets.UTF_8);
        Matcher found = NAMESPACE.matcher(source);
        return found.find() && !found.group(1).equals(namespace)
            ? "its namespace is " + found.group(1)
            : all.problems(source);
    }

    @Override
    public void write(String name, InputStream content) throws Exception {
        all.save(IOUtils.toString(content, StandardCharsets.UTF_8), false);
    }

    @Override
    public void delete(String name) {
        all.delete(flows.get(name));
    }
}
