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
 * What was being done when the engine ended, and how strongly each is suspected to have ended it.
 *
 * <p>A message that fails is found at once. One that takes the process with it is found here: it was being processed
 * alone when Java ran out of memory, or whenever the engine ended by itself, or at each of several kills. A kill from
 * outside weighs little, as it strikes at random. The same goes for a task that runs when memory ends.
 */
final class Suspects {
    /** Java had no more memory. */
    static final String MEMORY = "memory";
    /** The engine ended by itself. */
    static final String FAILURE = "failure";

    /** From this weight on, a suspect is set aside. */
    private static final int GUILTY = 3;
    private static final TypeReference<LinkedHashMap<String, Integer>> WEIGHTS = new TypeReference<>() {
    };

    private Suspects() {
    }

    /**
     * Those to set aside.
     *
     * @param weightsFile keeps the weights from start to start; who is not suspected this time loses its own.
     * @param suspects what was being done.
     * @param end how the last process ended: {@link #MEMORY}, {@link #FAILURE}, or empty when nobody said why.
     */
    static List<String> judge(Path weightsFile, List<String> suspects, String end) throws IOException {
        Map<String, Integer> before = Files.exists(weightsFile)
            ? JacksonMapper.ofJson().readValue(Files.readAllBytes(weightsFile), WEIGHTS) : Map.of();
        var weights = new LinkedHashMap<String, Integer>();
        for (String suspect : suspects) {
            weights.put(suspect, before.getOrDefault(suspect, 0) + weight(end, suspects.size()));
        }
        Files.write(weightsFile, JacksonMapper.ofJson().writeValueAsBytes(weights));
        return weights.keySet().stream().filter(suspect -> weights.get(suspect) >= GUILTY).toList();
    }

    private static int weight(String end, int count) {
        return switch (end) {
            case MEMORY -> count == 1 ? GUILTY : GUILTY - 1;
            case FAILURE -> GUILTY - 1;
            default -> 1;
        };
    }
}
