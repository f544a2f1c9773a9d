package io.kestra.workbook.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.workbook.limits.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Pattern;

/** The folder of messages that the engine could not process: one file each, for its user only. */
final class SetAside {
    private static final List<String> EXECUTION_PATHS =
        List.of("/taskRun/executionId", "/parentTaskRun/executionId", "/executionId", "/parentExecutionId");
    private static final Pattern EXECUTION_TEXT = Pattern.compile("\"executionId\"\\s*:\\s*\"([^\"]+)\"");

    private static final int NAME_LIMIT = 100;
    private static final int FILES = 1000;

    private final Path folder;
    private int written;

    SetAside(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    /**
     * Write a message to its file; the answer is the file's name.
     *
     * @param number what tells it from the others of its queue.
     */
    String write(String queue, String number, String key, String execution, String text, String reason) throws IOException {
        var content = new LinkedHashMap<String, Object>();
        content.put("setAside", Instant.now().toString());
        content.put("queue", queue);
        content.put("number", number);
        content.put("key", key);
        content.put("execution", execution);
        content.put("reason", Texts.mended(reason));
        content.put("message", Texts.mended(text));
        String safe = number.replaceAll("[^A-Za-z0-9_-]", "_");
        String name = "%s-%s.json".formatted(queue.substring(queue.lastIndexOf('.') + 1), shortened(safe));
        Path fresh = Files.createTempFile(folder, "fresh", ".tmp");
        if (fresh.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        }
        Files.write(fresh, JacksonMapper.ofJson().writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
        Files.move(fresh, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        if (++written % (FILES / 10) == 0) {
            deleteOldest();
        }
        return name;
    }

    /** Keep the newest {@link #FILES}: a flow that fails in a loop must not fill the disk. */
    private void deleteOldest() throws IOException {
        try (var files = Files.list(folder)) {
            List<Path> newestFirst = files
                .sorted(Comparator.comparing((Path file) -> file.toFile().lastModified()).reversed())
                .toList();
            for (Path file : newestFirst.subList(Math.min(FILES, newestFirst.size()), newestFirst.size())) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static String shortened(String text) {
        return text.length() > NAME_LIMIT ? text.substring(0, NAME_LIMIT) : text;
    }

    /** The execution that a message is about, as far as its text tells; null if it does not. */
    static String execution(String queue, String text) {
        try {
            JsonNode message = JacksonMapper.ofJson().readTree(text);
            if (queue.equals(Execution.class.getName())) {
                return message.path("id").textValue();
            }
            return EXECUTION_PATHS.stream()
                .map(path -> message.at(path).textValue())
                .filter(id -> id != null)
                .findFirst()
                .orElse(null);
        } catch (JsonProcessingException broken) {
            var found = EXECUTION_TEXT.matcher(text);
            return found.find() ? found.group(1) : null;
        }
    }
}
