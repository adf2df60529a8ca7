package dev.sedano.worker.simulation;

/** How bad the way between one worker and the store is at the moment. */
final class Trouble {
    /** The probability that a call is lost on its way to the store. */
    double requestLost;
    /** The probability that a call is executed and its answer is lost. */
    double replyLost;
    /** The probability that a lost call is executed after all, seconds later. */
    double late;
    /** Microseconds that a call may take each way, at most. */
    long slowest = World.MILLI;
    /** Until when nothing comes through. */
    long cutUntil;
}
