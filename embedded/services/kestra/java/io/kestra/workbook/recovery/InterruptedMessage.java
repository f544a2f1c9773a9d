package io.kestra.workbook.recovery;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.flows.State;
import io.kestra.core.serializers.JacksonMapper;

/**
 * A message that was being processed when the process ended.
 *
 * @param queue name of the class of the queue's messages.
 * @param execution the execution that it is about.
 * @param text the message as it is stored.
 */
public record InterruptedMessage(String queue, String execution, String text) {
    /** Whether the message is the execution in this state: then its processing has not changed the state. */
    boolean saysState(State.Type state) {
        try {
            return queue.equals(Execution.class.getName())
                && JacksonMapper.ofJson().readTree(text).at("/state/current").asText().equals(state.name());
        } catch (JsonProcessingException unreadable) {
            return false;
        }
    }
}
