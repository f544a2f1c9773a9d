package io.kestra.workbook.jdbc;

import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskCall;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.util.Map;
import java.util.Properties;

/** A driver that is loaded at its first use: few flows need it, and the engine starts without. */
public final class LazyDriver {
    private final String files;
    private final String name;
    private Driver driver;

    /**
     * @param files the Python body that tells where the driver's jar is, and what the driver reads from the system's
     *     properties.
     * @param name the driver's class.
     */
    public LazyDriver(String files, String name) {
        this.files = files;
        this.name = name;
    }

    public Connection connect(String url, Properties login, RunContext runContext) throws Exception {
        return driver(runContext).connect(url, login);
    }

    private synchronized Driver driver(RunContext runContext) throws Exception {
        if (driver == null) {
            Map<String, Object> found = new TaskCall(files, Map.of(), runContext).execute();
            if (found.get("settings") instanceof Map<?, ?> settings) {
                settings.forEach((key, value) -> System.setProperty(key.toString(), value.toString()));
            }
            var jar = new java.net.URL[] {Path.of(found.get("jar").toString()).toUri().toURL()};
            var loader = new URLClassLoader("jdbc-driver", jar, LazyDriver.class.getClassLoader());
            driver = (Driver) Class.forName(name, true, loader).getDeclaredConstructor().newInstance();
        }
        return driver;
    }
}
