package io.kestra.workbook.git;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.Output;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.workbook.Values;
import io.kestra.workbook.git.GitPush.ChangedFile;
import io.kestra.workbook.git.GitPush.Pushed;
import io.kestra.workbook.git.NamespacePlan.Invalid;
import io.kestra.workbook.git.NamespacePlan.Kind;
import io.kestra.workbook.git.NamespacePlan.Missing;
import io.kestra.workbook.git.NamespacePlan.Source;
import jakarta.validation.constraints.NotNull;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lombok.Getter;
import org.eclipse.jgit.api.Git;

/** A task that gives a namespace and a folder of a repository the same flows and files. */
@Getter
public abstract class NamespaceTask<O extends Output> extends RepositoryTask<O> {
    private static final String MESSAGE = "Namespace sync from Kestra";

    @NotNull
    public Property<String> branch;
    @NotNull
    public Property<String> namespace;
    public Property<String> gitDirectory;
    public Property<Source> sourceOfTruth = Property.ofValue(Source.KESTRA);
    public Property<Missing> whenMissingInSource = Property.ofValue(Missing.DELETE);
    public Property<List<String>> protectedNamespaces = Property.ofValue(List.of("system"));
    public Property<Invalid> onInvalidSyntax = Property.ofValue(Invalid.FAIL);
    public Property<String> authorEmail;
    public Property<String> authorName;

    /** The outputs, with the file that tells what was done. */
    protected abstract O output(URI diff, String commitId, String commitURL);

    @Override
    protected O work(RunContext runContext, Values values) throws Exception {
        var access = new GitAccess(values);
        boolean dryRun = values.flag("dryRun");
        Source source = values.get("sourceOfTruth", Source.class);
        try (Git git = clone(runContext, access, values)) {
            NamespacePlan plan = plan(source, runContext, values);
            if (!dryRun) {
                plan.apply(values.get("onInvalidSyntax", Invalid.class));
            }
            if (dryRun || source == Source.GIT) {
                return output(store(JacksonMapper.ofIon().writeValueAsString(plan.rows()), runContext), null, null);
            }
            String changed = values.find("gitDirectory", String.class).filter(name -> !name.isBlank()).orElse(".");
            git.add().addFilepattern(changed).call();
            git.add().setUpdate(true).addFilepattern(changed).call();
            var push = new GitPush(git, access, runContext, values);
            var lines = new StringBuilder();
            for (ChangedFile file : push.staged()) {
                lines.append(JacksonMapper.ofJson().writeValueAsString(row(file))).append('\n');
            }
            URI diff = store(lines.toString(), runContext);
            Pushed pushed = push.push(MESSAGE);
            return output(diff, pushed.commitId(), pushed.commitURL());
        }
    }

    private static NamespacePlan plan(Source source, RunContext runContext, Values values) throws Exception {
        String namespace = values.text("namespace");
        Path folder = runContext.workingDir().resolve(Path.of(values.find("gitDirectory", String.class).orElse("")));
        var plan = new NamespacePlan(namespace, source, values.get("whenMissingInSource", Missing.class),
            values.texts("protectedNamespaces"), runContext.logger());
        plan.compare(Kind.FLOW, RepositorySide.flows(folder, namespace), new FlowsOfNamespace(namespace, runContext));
        plan.compare(Kind.FILE, RepositorySide.files(folder, namespace), new FilesOfNamespace(namespace, runContext));
        return plan;
    }

    private static Map<String, Object> row(ChangedFile file) {
        var row = new LinkedHashMap<String, Object>();
        row.put("file", file.name());
        row.put("additions", file.added());
        row.put("deletions", file.removed());
        row.put("changes", file.changed());
        return row;
    }

    private static URI store(String text, RunContext runContext) throws Exception {
        return runContext.storage().putFile(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "diffs.ion");
    }
}
