package io.kestra.workbook.messages;

import io.kestra.core.models.flows.sla.SLAMonitor;
import io.kestra.repository.h2.H2Repository;
import io.kestra.runner.h2.H2SLAMonitorStorage;
import java.time.Instant;
import java.util.function.Consumer;

/** The deadlines of executions behind a {@link RowGuard}. */
final class GuardedDeadlines extends H2SLAMonitorStorage {
    private final RowGuard<SLAMonitor> guard;

    GuardedDeadlines(H2Repository<SLAMonitor> repository, EngineGuard engine) {
        super(repository);
        guard = new RowGuard<>(SLAMonitor.class, repository, engine.due("sla_monitor", "\"deadline\" < ?"), engine);
    }

    @Override
    public void processExpired(Instant date, Consumer<SLAMonitor> consumer) {
        guard.process(() -> super.processExpired(date, guard.around(consumer)));
    }
}
