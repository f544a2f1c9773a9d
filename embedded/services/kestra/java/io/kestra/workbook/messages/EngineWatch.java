package io.kestra.workbook.messages;

import io.kestra.core.contexts.KestraContext;
import io.kestra.core.models.ServerType;
import io.kestra.core.plugins.PluginRegistry;
import io.kestra.core.storages.StorageInterface;
import java.util.Optional;
import java.util.Set;

/**
 * The engine's own context, but for its end: where the engine shuts itself down after a fatal error, and would leave a
 * process that answers nothing, the guard is told, and the process ends.
 */
final class EngineWatch extends KestraContext {
    /** How long the thread that ends the engine waits, while the process writes its reason and leaves. */
    private static final long LEAVE_MILLIS = 30_000;

    private final KestraContext engine;
    private final EngineGuard guard;

    EngineWatch(KestraContext engine, EngineGuard guard) {
        this.engine = engine;
        this.guard = guard;
    }

    @Override
    public void shutdown() {
        if (guard.end("the engine shut itself down")) {
            // Some callers go on to halt Java, which would cut the database's orderly end short.
            Problems.pause(LEAVE_MILLIS);
        }
    }

    @Override
    public ServerType getServerType() {
        return engine.getServerType();
    }

    @Override
    public Optional<Integer> getWorkerMaxNumThreads() {
        return engine.getWorkerMaxNumThreads();
    }

    @Override
    public Optional<String> getWorkerGroupKey() {
        return engine.getWorkerGroupKey();
    }

    @Override
    public void injectWorkerConfigs(Integer maxNumThreads, String workerGroupKey) {
        engine.injectWorkerConfigs(maxNumThreads, workerGroupKey);
    }

    @Override
    public String getVersion() {
        return engine.getVersion();
    }

    @Override
    public PluginRegistry getPluginRegistry() {
        return engine.getPluginRegistry();
    }

    @Override
    public StorageInterface getStorageInterface() {
        return engine.getStorageInterface();
    }

    @Override
    public Set<String> getEnvironments() {
        return engine.getEnvironments();
    }
}
