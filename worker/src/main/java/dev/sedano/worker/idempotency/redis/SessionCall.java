package dev.sedano.worker.idempotency.redis;

import java.util.function.Function;

/** An exchange of several commands that has the connection to itself. */
final class SessionCall<T> extends Operation<T> {
    private final Function<Session, T> exchange;

    SessionCall(long nanosAllowed, Function<Session, T> exchange) {
        super(nanosAllowed);
        this.exchange = exchange;
    }

    void run(Session session) {
        future().complete(exchange.apply(session));
    }

    @Override
    int weight() {
        return 0;
    }
}
