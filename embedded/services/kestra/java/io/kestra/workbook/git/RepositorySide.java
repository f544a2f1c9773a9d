package io.kestra.workbook.git;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a repository's folder has of a namespace: flows in `NAMESPACE/flows`, files in `NAMESPACE/files`. */
final class RepositorySide implements NamespaceSide {
    private static final String FLOWS = "flows";
    private static final String FILES = "files";
    private static final Pattern EXTENSION = Pattern.compile("\\.ya?ml$");
    private static final Pattern ID = Pattern.compile("(?m)^id:\\s*[\"']?([\\w.-]+)");

    private final Path folder;
    private final String place;
    private final String extension;
    private final Map<String, Path> files = new TreeMap<>();

    private RepositorySide(Path folder, String place, String extension) {
        this.folder = folder;
        this.place = place;
        this.extension = extension;
    }

    /** The flows, by their ids; the folders of a namespace may also be one in another, such as `company/team`. */
    static RepositorySide flows(Path folder, String namespace) throws IOException {
        var side = new RepositorySide(folder, namespace + "/" + FLOWS, ".yaml");
        for (Path file : regular(folder)) {
            Path name = folder.relativize(file);
            int last = name.getNameCount() - 1;
            if (last > 1 && EXTENSION.matcher(name.toString()).find() && name.getName(last - 1).toString().equals(FLOWS)
                && name.subpath(0, last - 1).toString().replace('/', '.').equals(namespace)) {
                side.files.put(id(file), file);
            }
        }
        return side;
    }

    static RepositorySide files(Path folder, String namespace) throws IOException {
        var side = new RepositorySide(folder, namespace + "/" + FILES, "");
        Path root = folder.resolve(side.place);
        for (Path file : regular(root)) {
            side.files.put(root.relativize(file).toString(), file);
        }
        return side;
    }

    /** The files below a folder, without links. */
    private static List<Path> regular(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).sorted().toList();
        }
    }

    /** The id that a flow's text has; the file's name if there is none. */
    private static String id(Path file) throws IOException {
        Matcher id = ID.matcher(Files.readString(file));
        return id.find() ? id.group(1) : EXTENSION.matcher(file.getFileName().toString()).replaceFirst("");
    }

    /** Where in the folder a flow or a file is, or belongs. */
    String path(String name) {
        return folder.relativize(file(name)).toString();
    }

    private Path file(String name) {
        return files.getOrDefault(name, folder.resolve(place).resolve(name + extension));
    }

    @Override
    public Set<String> names() {
        return files.keySet();
    }

    @Override
    public InputStream open(String name) throws IOException {
        return Files.newInputStream(file(name));
    }

    @Override
    public void write(String name, InputStream content) throws IOException {
        Path file = file(name);
        Files.createDirectories(file.getParent());
        Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(file(name));
    }
}
