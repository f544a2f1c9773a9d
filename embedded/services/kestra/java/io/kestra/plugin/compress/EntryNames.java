package io.kestra.plugin.compress;

import io.kestra.workbook.TaskFailure;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;

/** Refuses entries of an archive that are not files and folders within it. */
final class EntryNames {
    private EntryNames() {
    }

    static void check(ArchiveEntry entry) throws TaskFailure {
        if (isLink(entry)) {
            throw new TaskFailure("The entry '" + entry.getName() + "' is a link or a device: only files are unpacked.");
        }
        if (leaves(entry.getName())) {
            throw new TaskFailure("Path traversal attempt detected in archive entry: " + entry.getName());
        }
    }

    private static boolean isLink(ArchiveEntry entry) {
        return switch (entry) {
            case TarArchiveEntry tar -> tar.isLink() || tar.isSymbolicLink() || tar.isFIFO() || tar.isCharacterDevice()
                || tar.isBlockDevice();
            case ZipArchiveEntry zip -> zip.isUnixSymlink();
            case CpioArchiveEntry cpio -> !cpio.isRegularFile() && !cpio.isDirectory();
            default -> false;
        };
    }

    /** Whether a name leads out of the folder in which it stands. */
    static boolean leaves(String name) {
        try {
            Path folder = Path.of("/archive");
            Path file = folder.resolve(name.replace('\\', '/')).normalize();
            return name.startsWith("/") || !file.startsWith(folder);
        } catch (InvalidPathException unlike) {
            return true;
        }
    }
}
