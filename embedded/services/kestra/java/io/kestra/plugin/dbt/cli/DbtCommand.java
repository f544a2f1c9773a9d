package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lombok.AccessLevel;
import lombok.Getter;

/** A task that runs one command of dbt, with its options as properties. */
@Getter
public abstract class DbtCommand extends DbtTask {
    private static final String PROFILES = ".profile";

    public Property<Boolean> warnError = Property.ofValue(false);
    public Property<Boolean> debug = Property.ofValue(false);
    public Property<String> dbtPath = Property.ofValue("./bin/dbt");
    public Property<Integer> thread;
    public Property<Boolean> fullRefresh = Property.ofValue(false);
    public Property<String> target;
    public Property<String> selector;
    public Property<List<String>> select;
    public Property<List<String>> exclude;

    @Getter(AccessLevel.NONE)
    private final transient String command;
    @Getter(AccessLevel.NONE)
    private final transient boolean results;

    /**
     * @param command of dbt.
     * @param results whether it leaves a manifest and results.
     */
    protected DbtCommand(String command, boolean results) {
        this.command = command;
        this.results = results;
        failFast = Property.ofValue(false);
    }

    @Override
    protected boolean hasResults() {
        return results;
    }

    @Override
    protected Map<String, Object> requirements(RunContext runContext) {
        return Map.of("engine", DbtCLI.Engine.CORE.name());
    }

    /** The folder may begin with a slash, which then stands for the task's own. */
    @Override
    protected Optional<String> project(RunContext runContext) throws Exception {
        return super.project(runContext).map(folder -> folder.replaceFirst("^/+", ""));
    }

    @Override
    protected void prepare(RunContext runContext, Path folder, Path target) throws Exception {
        String text = runContext.render(profiles).as(String.class).orElse("");
        if (text.isEmpty()) {
            return;
        }
        Path file = folder.resolve(PROFILES).resolve("profiles.yml");
        if (Files.exists(file)) {
            runContext.logger().warn("A 'profiles.yml' file already exist in the task working directory, it will be overridden.");
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Override
    protected Property<List<String>> commandLines(RunContext runContext, CommandsWrapper wrapper) throws Exception {
        Path folder = wrapper.getWorkingDirectory();
        String path = runContext.render(dbtPath).as(String.class).orElse("dbt");
        // An image's dbt is not here: the one of this stack is, unless a Setup task has made another.
        String program = "\"$([ -e '%1$s' ] && echo '%1$s' || echo dbt)\"".formatted(path);
        var words = new ArrayList<>(List.of(program, "--log-format", "json"));
        flag(runContext, debug, "--debug", words);
        flag(runContext, failFast, "--fail-fast", words);
        flag(runContext, warnError, "--warn-error", words);
        words.add(command);
        words.addAll(List.of("--profiles-dir", folder.resolve(PROFILES).toString()));
        value(runContext.render(thread).as(Integer.class), "--threads", words);
        flag(runContext, fullRefresh, "--full-refresh", words);
        value(runContext.render(target).as(String.class), "--target", words);
        value(runContext.render(selector).as(String.class), "--selector", words);
        values(runContext, select, "--select", words);
        values(runContext, exclude, "--exclude", words);
        words.addAll(List.of("--project-dir", folder.resolve(project(runContext).orElse("")).toString()));
        return Property.ofValue(List.of(String.join(" ", words)));
    }

    private static void flag(RunContext runContext, Property<Boolean> wanted, String name, List<String> words) throws Exception {
        if (runContext.render(wanted).as(Boolean.class).orElse(false)) {
            words.add(name);
        }
    }

    private static void value(Optional<?> value, String name, List<String> words) {
        value.ifPresent(found -> words.addAll(List.of(name, found.toString())));
    }

    private static void values(RunContext runContext, Property<List<String>> wanted, String name, List<String> words)
        throws Exception {
        List<String> rendered = runContext.render(wanted).asList(String.class);
        if (!rendered.isEmpty()) {
            words.add(name);
            words.addAll(rendered);
        }
    }
}
