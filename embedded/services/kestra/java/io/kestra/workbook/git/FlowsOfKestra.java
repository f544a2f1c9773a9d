package io.kestra.workbook.git;

import io.kestra.core.models.flows.Flow;
import io.kestra.core.models.flows.FlowSource;
import io.kestra.core.models.flows.FlowWithException;
import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.runners.DefaultRunContext;
import io.kestra.core.runners.RunContext;
import io.kestra.core.services.FlowService;
import io.kestra.workbook.TaskFailure;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The flows of the engine, as tasks see and change them. */
public final class FlowsOfKestra {
    private static final Pattern NAMESPACE = Pattern.compile("(?m)^namespace:.*$");

    private final FlowService service;
    private final RunContext runContext;

    public FlowsOfKestra(RunContext runContext) {
        this.service = ((DefaultRunContext) runContext).services().additionalService(FlowService.class);
        this.runContext = runContext;
    }

    /** The flows of a namespace, and of those below it if so asked; those that cannot be read are told of and left out. */
    public List<Flow> of(String namespace, boolean children) {
        String tenant = runContext.flowInfo().tenantId();
        List<Flow> all = children
            ? service.findByNamespacePrefix(tenant, namespace)
            : service.findByNamespace(tenant, namespace);
        return all.stream().filter(flow -> !(flow instanceof FlowWithException)).toList();
    }

    public List<FlowWithSource> sources(String namespace, boolean children) {
        String tenant = runContext.flowInfo().tenantId();
        return of(namespace, children).stream()
            .map(Flow::getNamespace)
            .distinct()
            .flatMap(found -> service.findByNamespaceWithSource(tenant, found).stream())
            .toList();
    }

    /** Saves a flow in a namespace, or only says what it would be; null if it is not valid and that does not matter. */
    public Flow save(String source, String namespace, String origin, boolean ignoreInvalid, boolean dryRun)
        throws Exception {
        String own = NAMESPACE.matcher(source).replaceFirst(Matcher.quoteReplacement("namespace: " + namespace)).stripTrailing();
        String problems = problems(own);
        if (problems == null) {
            return save(own, dryRun);
        }
        String message = "Invalid flow imported from Git (" + origin + "): " + problems;
        if (!ignoreInvalid) {
            throw new TaskFailure(message);
        }
        runContext.logger().warn("{}", message);
        return null;
    }

    /** What is wrong with a flow; null if nothing is. */
    String problems(String source) {
        return service.validate(runContext.flowInfo().tenantId(), List.of(new FlowSource(null, source)))
            .getFirst()
            .getConstraints();
    }

    Flow save(String source, boolean dryRun) throws Exception {
        return service.importFlow(runContext.flowInfo().tenantId(), source, dryRun);
    }

    public void delete(Flow flow) {
        service.delete(FlowWithSource.of(flow, ""));
    }

    /** Whether a flow is the one that runs. */
    public boolean isRunning(Flow flow) {
        return flow.getId().equals(runContext.flowInfo().id()) && flow.getNamespace().equals(runContext.flowInfo().namespace());
    }
}
