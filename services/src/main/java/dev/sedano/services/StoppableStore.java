package dev.sedano.services;

/** A Redis that is ours, so that it may be stopped and started again. Not thread-safe: one owner controls it. */
public interface StoppableStore extends AutoCloseable {
    /** Returns the {@code redis://} URL of a database. */
    String url(int database);

    /** Stops the server in order; its data stays. Returns when it no longer answers. */
    void stop();

    /** Starts the server again with the data it kept, at the same address. Returns when it answers. */
    void restart();

    /** Ends the server and removes what it kept. */
    @Override
    void close();
}
