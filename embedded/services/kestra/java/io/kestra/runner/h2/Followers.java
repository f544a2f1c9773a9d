package io.kestra.runner.h2;

import io.kestra.core.exceptions.DeserializationException;
import io.kestra.core.utils.Either;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Those who want the messages of a queue from now on, as long as they listen: streams of events. Each gets a message as
 * soon as it is stored, on a thread of its own.
 */
final class Followers<T> {
    private final String name;
    private final CopyOnWriteArrayList<Follower<T>> followers = new CopyOnWriteArrayList<>();

    /**
     * @param name of the queue
     */
    Followers(String name) {
        this.name = name;
    }

    /** Add one; what is returned ends it. */
    Runnable add(Consumer<Either<T, DeserializationException>> consumer) {
        var follower = new Follower<>(new LinkedBlockingQueue<>(), consumer);
        followers.add(follower);
        Thread.ofPlatform().daemon().name("jdbc-queue-follower-" + name).start(follower);
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
    private record Follower<T>(BlockingQueue<Optional<T>> messages, Consumer<Either<T, DeserializationException>> consumer)
        implements Runnable {
        @Override
        public void run() {
            try {
                for (var message = messages.take(); message.isPresent(); message = messages.take()) {
                    consumer.accept(Either.left(message.get()));
                }
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
