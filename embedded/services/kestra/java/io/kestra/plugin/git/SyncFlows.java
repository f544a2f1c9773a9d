package io.kestra.plugin.git;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.flows.Flow;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.Values;
import io.kestra.workbook.git.FlowsOfKestra;
import io.kestra.workbook.git.GitFiles;
import io.kestra.workbook.git.SyncTask;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;
import lombok.RequiredArgsConstructor;

/** Brings the flows of a repository's folder into a namespace; a folder below it is a namespace below that. */
@Plugin
@Getter
public class SyncFlows extends SyncTask<SyncFlows.Output> {
    @NotNull
    public Property<String> targetNamespace;
    public Property<String> gitDirectory = Property.ofValue("_flows");
    public Property<Boolean> includeChildNamespaces = Property.ofValue(false);
    public Property<Boolean> ignoreInvalidFlows = Property.ofValue(false);

    @Builder
    public SyncFlows() {
    }

    @Override
    protected List<Map<String, Object>> sync(Path folder, RunContext runContext, Values values) throws Exception {
        var flows = new FlowsOfKestra(runContext);
        String target = values.text("targetNamespace");
        boolean children = values.flag("includeChildNamespaces");
        boolean dryRun = values.flag("dryRun");
        Map<String, Flow> before = new LinkedHashMap<>();
        flows.of(target, children).forEach(flow -> before.put(key(flow), flow));
        var rows = new ArrayList<Map<String, Object>>();
        for (Path file : GitFiles.of(folder, children ? Integer.MAX_VALUE : 1)) {
            if (Files.isRegularFile(file)) {
                String name = folder.relativize(file).toString();
                Flow flow = flows.save(Files.readString(file), namespace(target, folder, file), name,
                    values.flag("ignoreInvalidFlows"), dryRun);
                if (flow != null) {
                    rows.add(row(values.text("gitDirectory") + "/" + name, state(before.remove(key(flow)), flow), flow));
                }
            }
        }
        if (values.flag("delete")) {
            for (Flow flow : before.values()) {
                if (!flows.isRunning(flow)) {
                    if (!dryRun) {
                        flows.delete(flow);
                    }
                    rows.add(row(null, "DELETED", flow));
                }
            }
        }
        return rows;
    }

    private static String key(Flow flow) {
        return flow.getNamespace() + "/" + flow.getId();
    }

    private static String namespace(String target, Path folder, Path file) {
        Path below = folder.relativize(file).getParent();
        return below == null ? target : target + "." + below.toString().replace('/', '.');
    }

    private static String state(Flow before, Flow after) {
        if (before == null) {
            return "ADDED";
        }
        return before.getRevision().equals(after.getRevision()) ? "UNCHANGED" : "UPDATED";
    }

    private static Map<String, Object> row(String path, String state, Flow flow) {
        var row = new LinkedHashMap<String, Object>();
        row.put("gitPath", path);
        row.put("syncState", state);
        row.put("flowId", flow.getId());
        row.put("namespace", flow.getNamespace());
        row.put("revision", flow.getRevision());
        return row;
    }

    @Override
    protected Output output(URI diff) {
        return new Output(diff);
    }

    /** What was done, a row for each flow. */
    @Getter
    @RequiredArgsConstructor
    public static class Output implements io.kestra.core.models.tasks.Output {
        private final URI flows;
    }
}
