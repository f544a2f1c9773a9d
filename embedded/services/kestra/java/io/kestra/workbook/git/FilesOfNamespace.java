package io.kestra.workbook.git;

import io.kestra.core.runners.RunContext;
import io.kestra.core.storages.Namespace;
import io.kestra.core.storages.NamespaceFile;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The files that Kestra has in a namespace, by path. */
final class FilesOfNamespace implements NamespaceSide {
    private final Namespace namespace;
    private final Map<String, NamespaceFile> files = new TreeMap<>();

    FilesOfNamespace(String namespace, RunContext runContext) throws Exception {
        this.namespace = runContext.storage().namespace(namespace);
        for (NamespaceFile file : this.namespace.all()) {
            if (!file.isDirectory()) {
                files.put(file.path().replaceFirst("^/+", ""), file);
            }
        }
    }

    @Override
    public Set<String> names() {
        return files.keySet();
    }

    @Override
    public InputStream open(String name) throws Exception {
        return namespace.getFileContent(Path.of("/" + name));
    }

    @Override
    public void write(String name, InputStream content) throws Exception {
        namespace.putFile(Path.of("/" + name), content);
    }

    @Override
    public void delete(String name) throws Exception {
        namespace.delete(files.get(name));
    }
}
