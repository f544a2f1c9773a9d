package io.kestra.workbook.git;

import io.kestra.core.utils.KestraIgnore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The files of a folder of a checkout. */
public final class GitFiles {
    private static final Set<String> GITS_OWN = Set.of(".git", ".gitignore", ".gitkeep");

    private GitFiles() {
    }

    /** The files and folders in it, without git's own, links, and what a .kestraignore names; folders come first. */
    public static List<Path> of(Path folder, int depth) throws IOException {
        var ignored = new KestraIgnore(folder);
        try (Stream<Path> found = Files.walk(folder, depth)) {
            return found.skip(1)
                .filter(path -> !Files.isSymbolicLink(path))
                .filter(path -> !inGitsOwn(folder.relativize(path)))
                .filter(path -> !ignored.isIgnoredFile(path.toString(), true))
                .sorted()
                .toList();
        }
    }

    private static boolean inGitsOwn(Path path) {
        for (Path part : path) {
            if (GITS_OWN.contains(part.toString())) {
                return true;
            }
        }
        return false;
    }

    /** The name of a file in its folder, with a slash before it, and one behind that of a folder. */
    static String name(Path folder, Path path) {
        String name = "/" + folder.relativize(path).toString().replace('\\', '/');
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? name + "/" : name;
    }
}
