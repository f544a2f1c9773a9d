package io.kestra.workbook.messages;

import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.models.triggers.Trigger;
import io.kestra.core.runners.ScheduleContextInterface;
import io.kestra.core.services.FlowListenersInterface;
import io.kestra.jdbc.runner.JdbcScheduler;
import io.micronaut.context.ApplicationContext;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.function.BiConsumer;

/** The scheduler, which begins its round of each second only if a trigger is due. */
final class GuardedScheduler extends JdbcScheduler {
    private final DueRows due;

    GuardedScheduler(ApplicationContext context, FlowListenersInterface flows, DueRows due) {
        super(context, flows);
        this.due = due;
    }

    @Override
    public void handleNext(
        List<FlowWithSource> flows, ZonedDateTime now, BiConsumer<List<Trigger>, ScheduleContextInterface> consumer) {
        if (due.any(now.toOffsetDateTime())) {
            super.handleNext(flows, now, consumer);
        }
    }
}
