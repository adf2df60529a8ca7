package dev.sedano.conformance.chaos;

/** How much is done: a short form for every build, and the full form with {@code SEDANO_TEST_FULL=1}. */
final class Effort {
    private static final boolean FULL = "1".equals(System.getenv("SEDANO_TEST_FULL"));

    private Effort() {}

    static int rounds(int inShort, int inFull) {
        return FULL ? inFull : inShort;
    }
}
