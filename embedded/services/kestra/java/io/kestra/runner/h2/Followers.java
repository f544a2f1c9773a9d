package io.kestra.runner.h2;

import io.kestra.core.exceptions.DeserializationException;
import io.kestra.core.utils.Either;
import io.kestra.jdbc.JdbcMapper;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Those who want the messages of a queue from now on, as long as they listen: streams of events. Each gets a message as
 * soon as it is stored, on a thread of its own, and as the engine would read it from the database: times are cut there.
 */
final class Followers<T> {
    private final Class<T> type;
    private final CopyOnWriteArrayList<Follower<T>> followers = new CopyOnWriteArrayList<>();

    Followers(Class<T> type) {
        this.type = type;
    }

    /** Add one; what is returned ends it. */
    Runnable add(Consumer<Either<T, DeserializationException>> consumer) {
        var follower = new Follower<>(type, new LinkedBlockingQueue<>(), consumer);
        followers.add(follower);
        Thread.ofPlatform().daemon().name("jdbc-queue-follower-" + type.getSimpleName()).start(follower);
        return () -> end(follower);
    }

    /** Hand a message to all of them. */
    void deliver(T message) {
        followers.forEach(follower -> follower.messages().add(Optional.of(message)));
    }

    /** End all of them. */
    void close() {
        followers.forEach(this::end);
    }

    private void end(Follower<T> follower) {
        followers.remove(follower);
        follower.messages().add(Optional.empty());
    }

    /**
     * One of them.
     *
     * @param messages those that it has not taken yet; the empty one is the last
     */
    private record Follower<T>(
        Class<T> type, BlockingQueue<Optional<T>> messages, Consumer<Either<T, DeserializationException>> consumer)
        implements Runnable {
        @Override
        public void run() {
            try {
                for (var message = messages.take(); message.isPresent(); message = messages.take()) {
                    consumer.accept(asStored(message.get()));
                }
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            }
        }

        private Either<T, DeserializationException> asStored(T message) {
            try {
                return Either.left(JdbcMapper.of().readValue(JdbcMapper.of().writeValueAsBytes(message), type));
            } catch (IOException problem) {
                return Either.right(new DeserializationException(problem, String.valueOf(message)));
            }
        }
    }
}
