package io.kestra.workbook;

/** What a task does. Implemented in Python, once for all types; see bridge.py. */
public interface TaskBody {
    /** Runs the task and returns JSON: {"outputs": {...}}, or {"error": "..."} with a message for the user. */
    String run(TaskCall call);

    /** The implementation, set before the worker starts. */
    final class Installed {
        public static volatile TaskBody instance;

        private Installed() {
        }
    }
}
