package dev.sedano.workbench;

import java.util.concurrent.Callable;

/**
 * A story of {@code examples/}: a picocli command, found as a service, that {@code sedano example NAME} runs. Returns 0
 * only when what the story claims held in this run.
 */
public interface Example extends Callable<Integer> {}
