package io.kestra.workbook.messages;

import com.fasterxml.jackson.core.type.TypeReference;
import io.kestra.core.serializers.JacksonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The messages that were being processed when the engine ended, and how strongly each is suspected to have ended it.
 *
 * <p>A message that fails is found at once. One that takes the process with it is found here: it was being processed
 * alone when Java ran out of memory, or whenever the engine ended by itself, or at each of several kills. A kill from
 * outside weighs little, as it strikes at random.
 */
final class Suspects {
    /** From this weight on, a message is set aside. */
    private static final int GUILTY = 3;
    private static final TypeReference<LinkedHashMap<Long, Integer>> WEIGHTS = new TypeReference<>() {
    };

    private final List<Long> guilty;

    private Suspects(List<Long> guilty) {
        this.guilty = guilty;
    }

    /**
     * Judge by how the last process ended.
     *
     * @param weightsFile keeps the weights from start to start; messages that were not in flight this time lose theirs.
     * @param left the messages that were in flight.
     * @param end "memory": Java had no more; "failure": the engine ended by itself; empty: nobody said why.
     */
    static Suspects judge(Path weightsFile, List<Long> left, String end) throws IOException {
        Map<Long, Integer> before = Files.exists(weightsFile)
            ? JacksonMapper.ofJson().readValue(Files.readAllBytes(weightsFile), WEIGHTS) : Map.of();
        var weights = new LinkedHashMap<Long, Integer>();
        for (long offset : left) {
            weights.put(offset, before.getOrDefault(offset, 0) + weight(end, left.size()));
        }
        Files.write(weightsFile, JacksonMapper.ofJson().writeValueAsBytes(weights));
        return new Suspects(weights.keySet().stream().filter(offset -> weights.get(offset) >= GUILTY).toList());
    }

    /** The numbers of the messages to set aside. */
    List<Long> guilty() {
        return guilty;
    }

    private static int weight(String end, int count) {
        return switch (end) {
            case "memory" -> count == 1 ? GUILTY : GUILTY - 1;
            case "failure" -> GUILTY - 1;
            default -> 1;
        };
    }
}
