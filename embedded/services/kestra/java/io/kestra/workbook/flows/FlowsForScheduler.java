package io.kestra.workbook.flows;

import io.kestra.core.models.flows.FlowInterface;
import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.queues.QueueInterface;
import io.kestra.core.repositories.FlowRepositoryInterface;
import io.kestra.core.runners.FlowListeners;
import io.kestra.core.services.PluginDefaultService;
import java.util.List;
import java.util.function.Consumer;

/**
 * Hands the scheduler those flows alone that have triggers. It looks at all flows that it gets whenever one changes, and
 * puts the defaults of plug-ins into each before it passes over those without triggers.
 */
public final class FlowsForScheduler extends FlowListeners {
    private static final String SCHEDULER = "io.kestra.scheduler.";

    public FlowsForScheduler(
        FlowRepositoryInterface repository, QueueInterface<FlowInterface> queue, PluginDefaultService defaults) {
        super(repository, queue, defaults);
    }

    @Override
    public void listen(Consumer<List<FlowWithSource>> consumer) {
        boolean isScheduler = consumer.getClass().getName().startsWith(SCHEDULER);
        super.listen(isScheduler ? flows -> consumer.accept(withTriggers(flows)) : consumer);
    }

    private static List<FlowWithSource> withTriggers(List<FlowWithSource> flows) {
        return flows.stream().filter(flow -> flow.getTriggers() != null && !flow.getTriggers().isEmpty()).toList();
    }
}
